package kubernetes_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/diag"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// shared is the module that scenarios call; it is none itself.
const shared = "shop"

// TestEveryFolderIsInTheTable keeps a scenario from being written and never run.
func TestEveryFolderIsInTheTable(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var folders, table []string
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != shared {
			folders = append(folders, entry.Name())
		}
	}
	for _, s := range scenarios() {
		table = append(table, s.dir)
	}
	slices.Sort(table)
	assert.Equal(t, folders, table)
	assert.GreaterOrEqual(t, len(table), 10)
}

// TestScenariosValidate does what `gameday validate` does, for each variant.
func TestScenariosValidate(t *testing.T) {
	set, err := registry.Builtin()
	require.NoError(t, err)
	for _, s := range scenarios() {
		for _, variant := range append(variants(), "") {
			t.Run(s.dir+"/"+variant, func(t *testing.T) {
				cfg, diags := config.LoadDir(s.dir)
				require.False(t, diags.HasErrors(), "%s", diags)
				given := map[string]resolve.Given{}
				if variant != "" {
					given["variant"] = resolve.Given{Raw: variant, From: "the test"}
				}
				resolved, diags := resolve.Resolve(t.Context(), cfg, set, resolve.Inputs{Variables: given, AllowMissing: true})
				var text strings.Builder
				require.NoError(t, diag.WriteText(&text, diags, cfg.Sources.Files(), diag.Style{}))
				require.Empty(t, text.String(), "not even a warning")
				require.Len(t, resolved.Experiments, 1)
			})
		}
	}
}

// TestVariantsAreChecked gives a variant that there is none of.
func TestVariantsAreChecked(t *testing.T) {
	set, err := registry.Builtin()
	require.NoError(t, err)
	cfg, diags := config.LoadDir(scenarios()[0].dir)
	require.False(t, diags.HasErrors(), "%s", diags)
	_, diags = resolve.Resolve(t.Context(), cfg, set, resolve.Inputs{
		Variables: map[string]resolve.Given{"variant": {Raw: "strong", From: "the test"}}, AllowMissing: true,
	})
	assert.ErrorContains(t, diags, "The variant must be fragile or resilient, not strong")
}

// TestScenariosShareOneBeginning keeps the file that is the same everywhere the
// same everywhere, but for the line that some need.
func TestScenariosShareOneBeginning(t *testing.T) {
	const file = "shop.gameday.hcl"
	some := regexp.MustCompile(`\n\n +allow_privileged = true.*`)
	first := read(t, scenarios()[0].dir, file)
	for _, s := range scenarios() {
		assert.Equal(t, first, some.ReplaceAllString(read(t, s.dir, file), ""), s.dir)
	}
}

// TestScenariosAreExplained looks for the sections that a reader needs, and for a
// line about each assertion.
func TestScenariosAreExplained(t *testing.T) {
	overview := read(t, ".", "README.md")
	for _, s := range scenarios() {
		t.Run(s.dir, func(t *testing.T) {
			page := read(t, s.dir, "README.md")
			for _, section := range []string{"What happens", "What the fragile shop lacks", "What the resilient shop has", "Assertions"} {
				assert.Regexp(t, `(?m)^## `+section+`$`, page)
			}
			named := names(read(t, s.dir, s.dir+".gameday.hcl"), `(?m)^    assert "(\w+)"`)
			explained := names(page, "(?m)^- `(\\w+)`:? ")
			assert.NotEmpty(t, named)
			assert.Equal(t, named, explained, "the list of assertions")
			assert.Contains(t, overview, "["+s.dir+"]("+s.dir+")")
			for _, broken := range s.broken {
				assert.Contains(t, named, strings.TrimPrefix(broken, "assert."), "the table expects an assertion that there is none of")
			}
		})
	}
}

// names are what the first group of a pattern matches, in the order of the text.
func names(text, pattern string) []string {
	var all []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

func read(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(t, err)
	return string(text)
}

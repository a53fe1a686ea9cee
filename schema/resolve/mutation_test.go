package resolve_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// assignment is a line that sets an argument to an expression of one line.
var assignment = regexp.MustCompile(`^(\s*\w+\s*=\s*)(.*)$`)

// expressions of every kind, right and wrong, to put in the place of others.
func expressions() []string {
	return []string{
		"null", "true", "-1", "1e300", `""`, `"x"`, `"5s"`, "[]", "{}", "[null]", `[["a"]]`, `{ a = null }`, `toset(["a"])`, `{ labels = null }`,
		"var.limit", "var.nothing", "var", "local.host", "local", "self", "self.process", "each.value", "path.module", "run.id",
		"environment.shop", "environment.shop.process", "probe", "probe.web", "baseline.web.latency", "load.shoppers", "fault.web", "experiment.slow",
		"[experiment.slow]", "[fault.web]", "module.x", `"${probe.web.count}"`, "probe.web[0]", `probe["web"].count > 1`, "probe.*.count", "probe.web[*].count",
		`sensitive("5s")`, "sensitive([1])", `sensitive({ a = 1 })`, `file("nowhere")`, `env("HOME")`, "nothing()", `[for k, v in probe : v.count][0] > 1`,
		`try(probe.web.nothing, 1) > 0`, "{ for k in [1, 2] : k => k }", "1 / 0", `jsondecode("{")`, "probe.web == probe.web", "baseline.web.value.mean > null",
	}
}

// TestResolveSurvivesAnyMutation puts expressions and blocks where they do not
// belong. Whatever comes of it, Resolve comes back and every error has a place.
func TestResolveSurvivesAnyMutation(t *testing.T) {
	dir, types := t.TempDir(), set(t)
	file := filepath.Join(dir, "main.gameday.hcl")
	rapid.Check(t, func(r *rapid.T) {
		lines := strings.Split(shop, "\n")
		for range rapid.IntRange(1, 6).Draw(r, "mutations") {
			lines = mutate(r, lines)
		}
		require.NoError(r, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644))
		cfg, _ := config.LoadDir(dir)
		for _, check := range []bool{true, false} {
			resolved, diags := resolve.Resolve(t.Context(), cfg, types, resolve.Inputs{AllowMissing: check})
			require.NotNil(r, resolved)
			for _, d := range diags {
				require.NotNil(r, d.Subject, "%s", d)
				require.NotEmpty(r, d.Detail, "%s", d)
			}
		}
	})
}

func mutate(r *rapid.T, lines []string) []string {
	at := rapid.IntRange(0, len(lines)-1).Draw(r, "line")
	switch parts := assignment.FindStringSubmatch(lines[at]); {
	case len(parts) == 3 && !strings.HasSuffix(parts[2], "{"):
		lines[at] = parts[1] + rapid.SampledFrom(expressions()).Draw(r, "expression")
	case strings.HasSuffix(lines[at], "}") && !strings.Contains(lines[at], "{"):
		extra := "depends_on = " + rapid.SampledFrom(expressions()).Draw(r, "depends_on")
		if rapid.Bool().Draw(r, "for_each") {
			extra = "for_each = " + rapid.SampledFrom(expressions()).Draw(r, "expression")
		}
		lines = append(lines[:at:at], append([]string{extra}, lines[at:]...)...)
	}
	return lines
}

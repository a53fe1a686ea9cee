package launch

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
	"github.com/gameday-dev/gameday/schema/syntax"
)

func TestFromEnvironment(t *testing.T) {
	got := fromEnvironment([]string{"HOME=/root", "GAMEDAY_VAR_size=3", "GAMEDAY_VAR_text=a=b", "GAMEDAY_VAR_=", "GAMEDAY_VARIANT=x"})
	assert.Equal(t, map[string]resolve.Given{
		"size": {Raw: "3", From: "GAMEDAY_VAR_size"},
		"text": {Raw: "a=b", From: "GAMEDAY_VAR_text"},
	}, got)
}

// Later sources win: the environment, files that are found, then assignments in
// their order.
func TestVariables(t *testing.T) {
	t.Setenv("GAMEDAY_VAR_a", "environment")
	t.Setenv("GAMEDAY_VAR_b", "environment")
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	write("x.auto.vars.hcl", "b = \"auto\"\nc = \"auto\"\nd = \"auto\"\n")
	file := write("given.vars.hcl", "c = \"file\"\nd = \"file\"\n")
	got, diags := Variables(&config.Config{Root: &config.Module{}, Sources: syntax.NewSources()}, dir, []Assignment{
		{Name: "d", Value: "first", From: "-var"}, {File: file}, {Name: "e", Value: "last", From: "-var"},
	})
	require.Empty(t, diags)
	text := func(g resolve.Given) string {
		if g.Value == cty.NilVal {
			return g.Raw
		}
		return g.Value.AsString()
	}
	values := map[string]string{}
	for name, given := range got {
		values[name] = text(given)
	}
	want := map[string]string{"a": "environment", "b": "auto", "c": "file", "d": "file", "e": "last"}
	assert.Empty(t, cmp.Diff(want, values, cmpopts.IgnoreMapEntries(func(name, _ string) bool { return len(name) > 1 })))
	assert.Equal(t, file+":2", got["d"].From)
}

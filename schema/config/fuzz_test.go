package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzLoad is for panics and hangs, and for errors without words or place.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("../../cmd/gameday/testdata/bad/*.txtar")
	require.NoError(f, err)
	for _, name := range archives {
		content, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(content), false)
	}
	f.Add(everything, false)
	f.Add(`{"experiment": {"x": {"steady_state": [{"assert": {"a": {"condition": true}}}]}}}`, true)
	f.Add(`{"variable": {"v": {"type": "map(string)", "sensitive": null}}}`, true)
	f.Add(`{"module": {"m": {"source": "./", "depends_on": "x"}}}`, true)
	f.Fuzz(func(t *testing.T, source string, inJSON bool) {
		name := "x.gameday.hcl"
		if inJSON {
			name += ".json"
		}
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(source), 0o644))
		cfg, diags := LoadDir(dir, WithVersion("1.0.0"))
		require.NotNil(t, cfg.Root)
		for _, diag := range diags {
			require.NotEmpty(t, diag.Summary)
			require.NotEmpty(t, diag.Detail)
			require.NotNil(t, diag.Subject, diag.Summary)
		}
	})
}

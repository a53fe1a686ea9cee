package resolve_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// FuzzResolve gives Resolve whatever the loader makes of a text, with and
// without errors: it must come back, and say of everything it refuses where.
func FuzzResolve(f *testing.F) {
	f.Add(shop)
	archives, err := filepath.Glob("testdata/diagnostics/*.txtar")
	require.NoError(f, err)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(f, err)
		for _, file := range archive.Files {
			if file.Name == "main.gameday.hcl" {
				f.Add(string(file.Data))
			}
		}
	}
	types := set(f)
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.gameday.hcl"), []byte(text), 0o644))
		cfg, _ := config.LoadDir(dir)
		for _, check := range []bool{true, false} {
			r, diags := resolve.Resolve(t.Context(), cfg, types, resolve.Inputs{AllowMissing: check})
			require.NotNil(t, r)
			for _, d := range diags {
				require.NotNil(t, d.Subject, "%s", d)
				require.NotEmpty(t, d.Detail, "%s", d)
			}
		}
	})
}

package resolve_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDiagnostics resolves every testdata/diagnostics/*.txtar and compares what
// is reported with its file "want". A file "check" makes it a mere check, as
// validate does.
func TestDiagnostics(t *testing.T) {
	archives, err := filepath.Glob("testdata/diagnostics/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

func golden(t *testing.T, path string) {
	t.Helper()
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	dir, want, check := t.TempDir(), "", false
	kept := archive.Files[:0]
	for _, file := range archive.Files {
		if file.Name == "want" {
			want = string(file.Data)
			continue
		}
		check = check || file.Name == "check"
		kept = append(kept, file)
		name := filepath.Join(dir, file.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, file.Data, 0o644))
	}
	got := reported(t, dir, check)
	if *update {
		kept = append(kept, txtar.File{Name: "want", Data: []byte(got)})
		archive.Files = kept
		require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reported (-want +got):\n%s\nrun go test -update if that is right", diff)
	}
}

// reported is every problem as one paragraph, with paths relative to dir.
func reported(t *testing.T, dir string, check bool) string {
	t.Helper()
	t.Chdir(dir)
	cfg, loading := config.LoadDir(".")
	require.False(t, loading.HasErrors(), "the problems of these files are not those of loading: %s", loading)
	_, diags := resolve.Resolve(t.Context(), cfg, set(t), resolve.Inputs{AllowMissing: check})
	var text strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&text, "%s: %s\n\t%s\n", place(d), d.Summary, strings.ReplaceAll(d.Detail, "\n", "\n\t"))
	}
	return strings.ReplaceAll(text.String(), dir, "DIR")
}

func place(d *hcl.Diagnostic) string {
	if d.Subject == nil {
		return "-"
	}
	return d.Subject.String()
}

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
)

var update = flag.Bool("update", false, "write the golden files anew")

// patience is far above what any of the cases takes: what passes it hangs.
const patience = 20 * time.Second

// TestBadConfigurations validates a configuration for every mistake that we could
// think of. Each is an archive: what is wrong, optionally a line "args: ...", the
// files, and under "want" everything that validate says.
func TestBadConfigurations(t *testing.T) {
	names, err := filepath.Glob("testdata/bad/*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(names), 60)
	for _, name := range names {
		golden, err := filepath.Abs(name)
		require.NoError(t, err)
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { testBad(t, golden) })
	}
}

func testBad(t *testing.T, golden string) {
	t.Helper()
	archive, err := txtar.ParseFile(golden)
	require.NoError(t, err)
	dir, want := unpack(t, archive)
	code, output := validate(t, dir, arguments(archive)...)
	assert.Equal(t, 1, code)
	assert.NotContains(t, output, "hunter2", "the secret of every case that has one")
	if *update {
		want.Data = []byte(output)
		require.NoError(t, os.WriteFile(golden, txtar.Format(archive), 0o644))
		return
	}
	if diff := cmp.Diff(string(want.Data), output); diff != "" {
		t.Errorf("the output is not as in %s (-want +got); run with -update if it should be:\n%s", filepath.Base(golden), diff)
	}
}

// unpack writes an archive's files into a directory of their own.
func unpack(t *testing.T, archive *txtar.Archive) (string, *txtar.File) {
	t.Helper()
	dir := t.TempDir()
	for i := range archive.Files {
		file := &archive.Files[i]
		if file.Name == "want" {
			return dir, file
		}
		path := filepath.Join(dir, filepath.FromSlash(file.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, file.Data, 0o644))
	}
	t.Fatal("the archive has no file \"want\"")
	return "", nil
}

// arguments are those that the archive's comment names.
func arguments(archive *txtar.Archive) []string {
	for line := range strings.Lines(string(archive.Comment)) {
		if text, ok := strings.CutPrefix(line, "args: "); ok {
			return strings.Fields(text)
		}
	}
	return nil
}

// validate runs the command as a user in dir would, and gives its exit code and
// everything it wrote.
func validate(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	t.Chdir(dir)
	var output bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(append([]string{"validate"}, args...), cli.Stdio{In: strings.NewReader(""), Out: &output, Err: &output}, cli.Hooks{})
	}()
	select {
	case code := <-done:
		return code, strings.ReplaceAll(output.String(), dir, "$DIR")
	case <-time.After(patience):
		t.Fatal("validate hangs")
		return 0, ""
	}
}

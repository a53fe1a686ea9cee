package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// sandbox is a folder as a reader has it after make build: bin, experiments.
func sandbox(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "bin")+"/",
		"./cmd/gameday", "./cmd/gameday-agent", "./experiments/demo/shop/cmd/shop")
	build.Dir = ".."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.CopyFS(filepath.Join(dir, "experiments"), os.DirFS("../experiments")))
	return dir
}

// shell runs a script in dir and returns what it printed to its output.
func shell(t *testing.T, dir, script string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "NO_COLOR=1", "COLUMNS=120")
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), fmt.Errorf("%w\n%s%s", err, out, exit.Stderr)
	}
	return string(out), err
}

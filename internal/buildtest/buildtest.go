// Package buildtest builds programs of this module for tests that run them as users have them.
package buildtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Programs builds main packages, named by their import paths, into a folder that goes with the test, and returns it.
// It does so as make build does: with other flags Go would compile everything that they stand on once more.
func Programs(t *testing.T, packages ...string) string {
	t.Helper()
	dir := t.TempDir()
	args := append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", dir + string(filepath.Separator)}, packages...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}

// The programs of this module.
const (
	Gameday = "github.com/gameday-dev/gameday/cmd/gameday"
	Agent   = "github.com/gameday-dev/gameday/cmd/gameday-agent"
)

package scaffold_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/scaffold"
)

// TestWhatIsWrittenWorks: it is tidied, built, and its conformance test passes, as its README says.
func TestWhatIsWrittenWorks(t *testing.T) {
	root, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "mine")
	names, err := scaffold.Write(dir, scaffold.Module{Name: "mine", Module: "example.com/gameday-provider-mine", Version: "v0.0.0", Replace: root})
	require.NoError(t, err)
	assert.Contains(t, names, "fault.go")
	sums, err := os.ReadFile(filepath.Join(root, "go.sum")) // nothing needs to be looked up that is known here
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	for _, command := range []string{"go mod tidy", "go vet ./...", "go test -count=1 ./...", "go build -o gameday-provider-mine ."} {
		run := exec.CommandContext(t.Context(), "sh", "-c", command)
		run.Dir, run.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		output, err := run.CombinedOutput()
		require.NoError(t, err, "%s: %s", command, output)
	}
	for _, name := range []string{"main.go", "fault.go", "probe.go"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Less(t, strings.Count(string(text), "\n"), 100, name)
	}
}

func TestWhatIsRefused(t *testing.T) {
	for _, name := range []string{"", "Redis", "my_redis", "my-redis", "9lives"} {
		_, err := scaffold.Write(filepath.Join(t.TempDir(), "x"), scaffold.Module{Name: name})
		require.ErrorContains(t, err, "is no name for a provider", name)
	}
	_, err := scaffold.Write(t.TempDir(), scaffold.Module{Name: "redis"})
	require.ErrorContains(t, err, "exists already")
}

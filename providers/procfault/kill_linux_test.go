package procfault

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// sleeper is a process that was chosen; one that has ended is only waiting to be reaped.
func sleeper(t *testing.T, ended bool) Process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sleep", "60")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	stat, err := procfs.Read(cmd.Process.Pid)
	require.NoError(t, err)
	if ended {
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
	}
	return Process{Identity: stat.Identity(), Name: "sleep"}
}

// TestOnlyWhatGotTheSignalCounts: a process that ended by itself before is gone, too, and
// nothing was done to it.
func TestOnlyWhatGotTheSignalCounts(t *testing.T) {
	gone, alive := sleeper(t, true), sleeper(t, false)
	r := &Running{spec: Spec{Action: Kill}, processes: []Process{gone, alive}}
	require.NoError(t, r.kill(t.Context()))
	counted := r.Stats().Processes
	require.Len(t, counted, 1)
	assert.Equal(t, alive, counted[0].Process)
}

func TestKillThatMeetsNobodyFails(t *testing.T) {
	r := &Running{spec: Spec{Action: Kill}, processes: []Process{sleeper(t, true)}}
	require.ErrorIs(t, r.kill(t.Context()), ErrNoProcess)
}

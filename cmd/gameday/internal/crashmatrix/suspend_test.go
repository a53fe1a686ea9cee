package crashmatrix

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/journal"
)

// TestSuspended: gameday sleeps until the fault's own timer has ended it, and
// goes on. Whatever it measured then was measured without the fault, so it must
// not pass; and what had not begun must not begin.
func TestSuspended(t *testing.T) {
	cases := map[journal.Type]struct {
		code   int
		reason string
	}{
		journal.FaultPrepared: {1, "its deadline had passed before its turn came"},
		journal.FaultActive:   {5, "before its revert: something else ended it"},
	}
	for entry, want := range cases {
		t.Run(string(entry), func(t *testing.T) {
			t.Parallel()
			c := newCase(t, "local_process_pause", faults()["local_process_pause"], "after", slices.Index(entries(), entry)+1, syscall.SIGSTOP)
			assert.Equal(t, want.code, c.suspended("apply", "-auto-approve"), c.output)
			assert.Contains(t, strings.Join(strings.Fields(c.output), " "), want.reason)
			c.nothingLeft(0)
			c.journalIsClean()
		})
	}
}

// suspended runs gameday, which stops itself, and lets it go on when the
// deadline of its fault is over. It returns the exit code.
func (c *crash) suspended(args ...string) int {
	c.t.Helper()
	var output bytes.Buffer
	cmd := c.command(args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(c.t, cmd.Start())
	require.Eventually(c.t, func() bool { return isStopped(cmd.Process.Pid) }, 30*time.Second, 10*time.Millisecond)
	replay, err := journal.Read(c.runDir())
	require.NoError(c.t, err)
	require.Len(c.t, replay.Faults, 1)
	over := replay.Faults[0].Deadline.Add(500 * time.Millisecond) // for the timer beside it to act
	require.Eventually(c.t, func() bool { return time.Now().After(over) }, time.Until(over)+10*time.Second, 10*time.Millisecond)
	require.NoError(c.t, cmd.Process.Signal(syscall.SIGCONT))
	_ = cmd.Wait() // its exit code tells
	c.output = output.String()
	return cmd.ProcessState.ExitCode()
}

// isStopped reads the process's state from the kernel.
func isStopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, found := strings.Cut(string(stat), ") ")
	return err == nil && found && strings.HasPrefix(state, "T")
}

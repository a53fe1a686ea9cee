package crashmatrix

import (
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/journal"
)

// reverting is the number of the entry that opens a revert.
func reverting() int { return slices.Index(entries(), journal.FaultReverting) + 1 }

// TestSecondSignal: it drops nothing of what is being undone, and says what that
// is.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	c := newCase(t, "local_process_pause", faults()["local_process_pause"], "after", reverting(), syscall.SIGINT)
	c.times = 2
	assert.Equal(t, 130, c.gameday("apply", "-auto-approve", "-junit-xml", "junit.xml"), c.output)
	assert.Contains(t, c.output, "Still stopping (SIGINT). Being undone: experiment.x.fault.f, environment.w.")
	assert.Contains(t, c.output, "reverted and verified")
	c.nothingLeft(0)
	c.journalIsClean()
}

// TestThirdSignal: it stops at once, with the command that mends the rest. What
// stands beside the fault undoes it all the same.
func TestThirdSignal(t *testing.T) {
	t.Parallel()
	c := newCase(t, "local_process_pause", faults()["local_process_pause"], "after", reverting(), syscall.SIGTERM)
	c.times = 3
	assert.Equal(t, 4, c.gameday("apply", "-auto-approve", "-junit-xml", "junit.xml"), c.output)
	assert.Contains(t, c.output, "gameday recover ")
	c.nothingLeft(c.lasts + selfUndone)
	assert.Equal(t, 0, c.gameday("recover"), c.output)
	c.journalIsClean()
}

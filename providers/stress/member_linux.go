package stress

import (
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// member is one worker.
type member struct {
	process *worker.Process
	before  time.Duration // processor time at the beginning
	ended   atomic.Pointer[ending]
}

// ending is what a worker had come to when it ended.
type ending struct {
	at  time.Time
	cpu time.Duration
}

// used is the processor time of a worker so far.
func (m *member) used() time.Duration {
	if ended := m.ended.Load(); ended != nil {
		return ended.cpu
	}
	stat, err := procfs.Read(m.process.Identity.PID)
	switch {
	case err == nil && stat.Start == m.process.Identity.Start:
		return stat.CPU()
	case err == nil, errors.Is(err, procfs.ErrGone):
		<-m.process.Done() // it was reaped a moment ago
		return processorTime(m.process.Exit())
	default:
		return m.before
	}
}

func processorTime(state *os.ProcessState) time.Duration {
	return state.UserTime() + state.SystemTime()
}

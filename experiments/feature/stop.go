package feature

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/launch"
)

// undoing is how long before the test's deadline a run is stopped, so that what
// it did can be undone: package testing ends the process at the deadline.
const undoing = time.Minute

// stoppable makes a context that ends early enough before the test's deadline, and
// at SIGINT and SIGTERM. A signal is passed on to the process when stop has been called
// for all of its runs, by when everything is undone and told in their folders; a second
// one ends the process at once.
func stoppable(parent context.Context, t *testing.T, run *launch.Run) (ctx context.Context, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(parent)
	timer := beforeDeadline(t, cancel)
	told, leave := process.enter()
	done, handled := make(chan struct{}), make(chan struct{})
	var got syscall.Signal
	go func() {
		defer close(handled)
		select {
		case <-done:
		case got = <-told:
			run.Bus.Emit(event.Interrupted{Signal: unix.SignalName(got), Count: 1, Left: run.Engine.Left()})
			cancel(&engine.AbortError{Signal: got})
		}
	}()
	return ctx, func() {
		close(done)
		<-handled
		timer.Stop()
		cancel(nil)
		if got != 0 {
			// The test's own output is lost with the process.
			fmt.Fprintf(os.Stderr, "gameday: stopped by %s; what was undone is told in %s\n", unix.SignalName(got), run.Dir)
		}
		leave()
	}
}

// beforeDeadline stops a run in time for its undo. A test with little time keeps a
// quarter of it for that.
func beforeDeadline(t *testing.T, cancel context.CancelCauseFunc) *time.Timer {
	t.Helper()
	deadline, has := t.Deadline()
	if !has {
		return time.NewTimer(0) // fires for nobody
	}
	left := time.Until(deadline)
	reserve := min(undoing, left/4)
	return time.AfterFunc(left-reserve, func() {
		cancel(&engine.AbortError{Reason: fmt.Sprintf("the test ends in %s (go test -timeout), which is kept for undoing", reserve.Round(time.Second))})
	})
}

package feature

import (
	"context"
	"fmt"
	"os"
	"os/signal"
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

// dying is how long a signal may take to end the process that sent it to itself.
const dying = 10 * time.Second

// stoppable makes a context that ends early enough before the test's deadline, and
// at SIGINT and SIGTERM. A signal is passed on to the process when stop is called, by
// when everything is undone and told in the folder; a second one ends the process
// at once.
func stoppable(parent context.Context, t *testing.T, run *launch.Run) (ctx context.Context, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(parent)
	timer := beforeDeadline(t, cancel)
	signals, done, handled := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	var got syscall.Signal
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		defer close(handled)
		select {
		case <-done:
		case s := <-signals:
			signal.Stop(signals)
			got, _ = s.(syscall.Signal) // every signal is one here
			run.Bus.Emit(event.Interrupted{Signal: unix.SignalName(got), Count: 1, Left: run.Engine.Left()})
			cancel(&engine.AbortError{Signal: got})
		}
	}()
	return ctx, func() {
		close(done)
		<-handled
		timer.Stop()
		signal.Stop(signals)
		cancel(nil)
		if got != 0 {
			// The test's own output is lost with the process.
			fmt.Fprintf(os.Stderr, "gameday: stopped by %s; what was undone is told in %s\n", unix.SignalName(got), run.Dir)
			_ = syscall.Kill(os.Getpid(), got) // there is nobody to tell
			<-time.After(dying)                // another thread may be the one that takes it
		}
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

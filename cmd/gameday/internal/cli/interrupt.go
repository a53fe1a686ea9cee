package cli

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// enough is the signal that stops without waiting any longer.
const enough = 3

// abandonPatience is how long the third signal waits for reports and output.
const abandonPatience = 10 * time.Second

// interruptible makes a context that the first SIGINT, SIGTERM or SIGHUP ends,
// with the signal as its cause. The second says what is still being undone. The
// third ends the process; what is left then is undone by whatever stands beside
// the faults, or by the command that is printed.
func (s *session) interruptible(parent context.Context, run *launch.Run) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, enough)
	signal.Notify(signals, stopSignals()...)
	outliveReaders()
	done := make(chan struct{})
	go func() {
		for count := 1; ; count++ {
			select {
			case <-done:
				return
			case got := <-signals:
				interrupted(got, count, cancel, run)
				if count == enough {
					s.abandon(run)
				}
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// stopSignals are the signals that end what is being done. A hang-up that was
// ignored as gameday began is not one of them: nohup asked for that. SIGINT is one
// in any case, since shells have every command ignore it that ends in "&".
func stopSignals() []os.Signal {
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// outliveReaders takes SIGPIPE in and forgets it, for the rest of the process: a
// reader that goes away must not take with it the process that undoes something.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

func interrupted(signal os.Signal, count int, cancel context.CancelCauseFunc, run *launch.Run) {
	got, _ := signal.(syscall.Signal) // every signal is one here
	run.Bus.Emit(event.Interrupted{Signal: unix.SignalName(got), Count: count, Left: run.Engine.Left()})
	if count == 1 {
		cancel(&engine.AbortError{Signal: got})
	}
}

// abandon ends the process though something is left to undo. Reports are closed
// as well as they can be: a terminal must not stay without its cursor.
func (s *session) abandon(run *launch.Run) {
	time.AfterFunc(abandonPatience, func() { os.Exit(verdict.ExitDirty) }) //nolint:forbidigo // whoever reads the output may hang
	left := run.Engine.Left()
	if err := run.FinishReports(); err != nil {
		s.fail(err)
	}
	detail := "Nothing was left to undo, as far as was known. To make sure, run:\n  " + s.recoverCommand(run.ID)
	if len(left) > 0 {
		detail = "Still to be undone:\n  " + strings.Join(left, "\n  ") +
			"\nWhat stands beside the faults undoes them now. To see that it did, and to undo the rest, run:\n  " + s.recoverCommand(run.ID)
	}
	s.fail(problem{"Stopped by the third signal", detail})
	os.Exit(verdict.ExitDirty) //nolint:forbidigo // the third signal ends the process wherever it is
}

//go:build linux

package supervisor

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// Exit codes by which a worker says why it gave up.
const (
	exitFailed  = 1
	exitReserve = 3 // the reserve would have been touched
	exitSpace   = 4 // the filesystem has no space for the file
)

// errReserve is a worker's reason to give up.
var errReserve = errors.New("the reserve would be touched")

// workerFlags are those of every worker. A worker ends by itself at its deadline,
// should everybody who could end it hang.
type workerFlags struct {
	*flag.FlagSet
	deadline time.Time
}

func newWorkerFlags(role string, stderr io.Writer) *workerFlags {
	w := &workerFlags{FlagSet: flag.NewFlagSet(role, flag.ContinueOnError)}
	w.SetOutput(stderr)
	w.Func("deadline", "when to end, RFC 3339", func(text string) (err error) {
		w.deadline, err = time.Parse(time.RFC3339Nano, text)
		return err
	})
	return w
}

// parse reads the flags and starts the clock.
func (w *workerFlags) parse(args []string) error {
	if err := w.Parse(args); err != nil {
		return err
	}
	if w.deadline.IsZero() {
		return errors.New("expected -deadline")
	}
	time.AfterFunc(time.Until(w.deadline), func() { os.Exit(0) })
	return nil
}

// exitCode is how a worker says what went wrong.
func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReserve):
		return exitReserve
	case isNoSpace(err):
		return exitSpace
	default:
		return exitFailed
	}
}

// explainExit says in words how a worker ended.
func explainExit(status syscall.WaitStatus) error {
	switch status.ExitStatus() {
	case exitReserve:
		return errReserve
	case exitSpace:
		return errors.New("the filesystem has no space for it")
	default:
		return fmt.Errorf("the worker has %s; the supervisor's log says more", describeExit(status))
	}
}

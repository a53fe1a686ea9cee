package supervisor

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// Find reads the live processes that carry the marks of an environment, the
// supervisor among them.
func Find(run, environment string) ([]procfs.Stat, error) {
	return procfs.Marked(Marks(run, environment)...)
}

// Present reports whether the environment's supervisor is alive.
func Present(run, environment string) (bool, error) {
	found, err := procfs.Marked(marksFor(run, environment, SelfName)...)
	return len(found) > 0, err
}

// FindFault reads the live workers of a fault.
func FindFault(run, environment, fault string) ([]procfs.Stat, error) {
	return procfs.Marked(append(Marks(run, environment), MarkFault+"="+fault)...)
}

// Sweep kills whatever carries the marks of an environment, without asking its
// supervisor, and returns when nothing does any more. It is for supervisors that
// are gone or do not answer.
func Sweep(ctx context.Context, run, environment string) error {
	return sweep(ctx, func() ([]procfs.Stat, error) { return Find(run, environment) })
}

// SweepFault kills the workers of one fault.
func SweepFault(ctx context.Context, run, environment, fault string) error {
	return sweep(ctx, func() ([]procfs.Stat, error) { return FindFault(run, environment, fault) })
}

func sweep(ctx context.Context, find func() ([]procfs.Stat, error)) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		found, err := find()
		if err != nil || len(found) == 0 {
			return err
		}
		for _, stat := range found {
			_ = stat.Identity().Signal(syscall.SIGKILL)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%d processes survive SIGKILL, such as %d (%s): %w", len(found), found[0].PID, found[0].Command, ctx.Err())
		}
	}
}

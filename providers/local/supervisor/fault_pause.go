//go:build linux

package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// pause stops whole process groups. Should the supervisor be killed meanwhile,
// SIGKILL reaches the stopped leaders, and the kernel continues what else is
// stopped in their orphaned groups.
type pause struct {
	targets []ProcessTarget
	owned   *processes
	stopped []*child
}

func (e *pause) inject(ctx context.Context) error {
	for _, target := range e.targets {
		p, err := e.owned.named(target.Name)
		if err != nil {
			return err
		}
		c, err := p.expect(target.Identity)
		if err != nil {
			return err
		}
		if err := e.takes(c); err != nil {
			return fmt.Errorf("pause process %s: %w", target.Name, err)
		}
		if err := stopGroup(ctx, p.spawner, c); err != nil {
			return fmt.Errorf("pause process %s: %w", target.Name, err)
		}
	}
	return nil
}

// takes notes that a process is about to be stopped by this fault. One that is
// stopped already is not: when that ends is somebody else's to say.
func (e *pause) takes(c *child) error {
	if slices.Contains(e.stopped, c) {
		return nil // by an attempt before
	}
	stat, err := c.identity.Stat()
	if err != nil {
		return err
	}
	if stat.Stopped() {
		return fmt.Errorf("pid %d is stopped already, by another fault or a person", stat.PID)
	}
	e.stopped = append(e.stopped, c)
	return nil
}

// stopGroup sends SIGSTOP until every member is stopped: a child that is born
// while the signal goes round may miss it.
func stopGroup(ctx context.Context, s *spawner, c *child) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if err := s.signalGroup(c, syscall.SIGSTOP); err != nil {
			return fmt.Errorf("send SIGSTOP to group %d: %w", c.identity.PID, err)
		}
		if allStopped(c.identity.PID) {
			return nil
		}
		select {
		case <-tick.C:
		case <-c.done:
			return procfs.ErrGone
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func allStopped(group int) bool {
	members, err := procfs.Group(group)
	if err != nil {
		return false
	}
	for _, member := range members {
		if !member.Stopped() {
			return false
		}
	}
	return true
}

func (e *pause) revert(context.Context) error {
	var failed error
	for _, c := range e.stopped {
		err := e.owned.spawner.signalGroup(c, syscall.SIGCONT)
		if err != nil && !errors.Is(err, procfs.ErrGone) && !errors.Is(err, syscall.ESRCH) {
			failed = errors.Join(failed, fmt.Errorf("send SIGCONT to group %d: %w", c.identity.PID, err))
		}
	}
	return failed
}

func (e *pause) status(*FaultStatus) {}

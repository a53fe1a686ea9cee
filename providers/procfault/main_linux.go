package procfault

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Role is the agent's role in which it traces processes. The process must exit with
// the code as soon as Main returns: that is what lets go of them.
const Role = "trace"

// Main is the agent in that role, with the arguments after it.
func Main(args []string, stderr io.Writer) int {
	if err := trace(args, stderr); err != nil {
		fmt.Fprintf(stderr, "gameday-agent %s: %v\n", Role, err)
		return 1
	}
	return 0
}

func trace(args []string, stderr io.Writer) error {
	flags := worker.NewFlags(Role, stderr)
	kill := flags.Bool("kill", false, "let the processes end with this one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var targets []procfs.Identity
	for _, arg := range flags.Args() {
		id, err := procfs.ParseIdentity(arg)
		if err != nil {
			return err
		}
		targets = append(targets, id)
	}
	return worker.Run(flags.Deadline, func(ctx context.Context, ready func() error) error {
		if *kill {
			return killAll(targets, ready)
		}
		return hold(ctx, targets, ready)
	})
}

// hold stops processes with all their threads, and with the processes that they
// make until they are stopped. It reaps those that end meanwhile, so that their
// own parents are told.
func hold(ctx context.Context, targets []procfs.Identity, ready func() error) error {
	t := newTracer(unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK)
	for _, id := range targets {
		if err := t.seize(id); err != nil {
			return err
		}
	}
	if len(t.held) == 0 {
		return procfs.ErrGone
	}
	for said := false; ctx.Err() == nil; {
		if t.stopped() && !said {
			said = true
			if err := ready(); err != nil {
				return err
			}
		}
		if err := t.wait(); errors.Is(err, unix.ECHILD) {
			return fmt.Errorf("every process has ended: %w", procfs.ErrGone)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// killAll has the kernel kill processes when this one exits. That reaches the first
// process of a PID namespace, which ignores SIGKILL from inside. It is for that one
// alone: seized is killed, and no other id is sure to be that process's until it is seized.
func killAll(targets []procfs.Identity, ready func() error) error {
	t := newTracer(unix.PTRACE_O_EXITKILL)
	for _, id := range targets {
		if id.PID != 1 {
			return fmt.Errorf("process %d is not the first of its namespace: expected a signal for it", id.PID)
		}
		if err := t.seize(id); err != nil {
			return err
		}
	}
	return ready()
}

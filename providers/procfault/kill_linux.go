package procfault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// kill sends the signal to each process, to the first of the namespace last: with
// it everybody ends. Those that end by themselves before it are left out: that they are
// gone is nothing that was done to them.
func (r *Running) kill(ctx context.Context) error {
	signal := syscall.Signal(r.spec.Signal)
	if signal == 0 {
		signal = syscall.SIGKILL
	}
	var first, met []Process
	for _, p := range r.processes {
		if p.Init && p.PID == 1 && signal == syscall.SIGKILL { // from outside of its namespace it is one like others
			first = append(first, p)
			continue
		}
		switch err := p.Signal(signal); {
		case err == nil:
			met = append(met, p)
		case !errors.Is(err, procfs.ErrGone):
			return fmt.Errorf("send signal %d to process %d: %w", int(signal), p.PID, err)
		}
	}
	r.processes = slices.Concat(met, first)
	switch {
	case len(r.processes) == 0:
		return fmt.Errorf("%w any more: each ended by itself before signal %d was sent", ErrNoProcess, int(signal))
	case first == nil:
		return nil
	}
	return r.killInit(ctx, first)
}

// killTimeout bounds the worker that kills the first process.
const killTimeout = 10 * time.Second

func (r *Running) killInit(ctx context.Context, first []Process) error {
	spec := r.spec
	spec.Deadline = time.Now().Add(killTimeout)
	killer, err := worker.Start(ctx, spec.command(first, "-kill"))
	if err != nil {
		return err
	}
	<-killer.Done()
	return killer.Err()
}

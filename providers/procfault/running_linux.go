package procfault

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Running is a fault in place.
type Running struct {
	spec      Spec
	processes []Process
	begun     time.Time
	tracer    *worker.Process // nil for a kill
}

// Start pauses or kills the processes that are chosen now. It returns when every
// thread is stopped, or when the signal was sent. A kill of the first process of
// this PID namespace may not return: look at Selection.Processes first, and report.
func Start(ctx context.Context, spec Spec) (*Running, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	chosen, err := spec.Select.Processes()
	if err != nil {
		return nil, fmt.Errorf("procfault: %w", err)
	}
	r := &Running{spec: spec, processes: chosen}
	if spec.Action == Kill {
		err = r.kill(ctx)
	} else {
		r.tracer, err = worker.Start(ctx, spec.command(chosen))
	}
	if err != nil {
		return nil, fmt.Errorf("procfault: %s: %w", spec.Action, err)
	}
	r.begun = time.Now()
	return r, nil
}

func (s Spec) command(processes []Process, flags ...string) worker.Command {
	args := append([]string{Role, worker.DeadlineFlag, worker.FormatDeadline(s.Deadline)}, flags...)
	for _, p := range processes {
		args = append(args, p.Identity.String())
	}
	return worker.Command{Prefix: s.Prefix, Args: args, Env: []string{worker.MarkFault + "=" + s.ID}}
}

// kill sends the signal to each process, to the first of the namespace last: with
// it everybody ends.
func (r *Running) kill(ctx context.Context) error {
	signal := syscall.Signal(r.spec.Signal)
	if signal == 0 {
		signal = syscall.SIGKILL
	}
	var first []Process
	for _, p := range r.processes {
		if p.Init && signal == syscall.SIGKILL {
			first = append(first, p)
			continue
		}
		if err := p.Signal(signal); err != nil && !errors.Is(err, procfs.ErrGone) {
			return fmt.Errorf("send signal %d to process %d: %w", int(signal), p.PID, err)
		}
	}
	if first == nil {
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

// Close ends a pause: the kernel lets go of every thread when its tracer has ended.
// It can be called again, and after the deadline. A kill has nothing to undo.
func (r *Running) Close() error {
	if r.tracer != nil {
		r.tracer.Kill()
	}
	return nil
}

// Done is closed once a pause is over, for whatever reason; it is nil for a kill.
func (r *Running) Done() <-chan struct{} {
	if r.tracer == nil {
		return nil
	}
	return r.tracer.Done()
}

// Stats asks the kernel how the processes are.
func (r *Running) Stats() Stats {
	s := Stats{Seconds: time.Since(r.begun).Seconds()}
	for _, p := range r.processes {
		now := State{Process: p, Gone: !p.Alive()}
		if r.spec.Action == Pause {
			now.Threads, now.Held = heldThreads(p.Identity)
		}
		s.Processes = append(s.Processes, now)
	}
	return s
}

// Resume ends a pause from any process, by its fault id, and is right also when
// there is none any more. It returns how many tracers it has ended.
func Resume(id string) (int, error) {
	found, err := procfs.Marked(worker.MarkFault + "=" + id)
	if err != nil {
		return 0, err
	}
	ended, failed := 0, error(nil)
	for _, stat := range found {
		switch err := stat.Identity().Signal(syscall.SIGKILL); {
		case err == nil:
			ended++
		case !errors.Is(err, procfs.ErrGone):
			failed = errors.Join(failed, fmt.Errorf("end tracer %d of pause %s: %w", stat.PID, id, err))
		}
	}
	return ended, failed
}

package procfault

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Running is a fault in place.
type Running struct {
	spec      Spec
	processes []Process
	begun     time.Time
	tracer    *worker.Process // nil for a kill
	closing   atomic.Bool
	done      chan struct{} // closed once the tracer has ended and failed is set; nil for a kill
	failed    error
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
		err = r.pause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("procfault: %s: %w", spec.Action, err)
	}
	r.begun = time.Now()
	return r, nil
}

func (r *Running) pause(ctx context.Context) (err error) {
	if err := worker.InTime(r.spec.Deadline); err != nil {
		return err
	}
	if r.tracer, err = worker.Start(ctx, r.spec.command(r.processes)); err != nil {
		return err
	}
	r.done = make(chan struct{})
	go r.follow()
	return nil
}

// follow notes how the tracer ends. Before its deadline it is a failure, unless
// Close ended it.
func (r *Running) follow() {
	defer close(r.done)
	<-r.tracer.Done()
	if !r.closing.Load() && time.Now().Before(r.spec.Deadline) {
		r.failed = r.tracer.Err()
	}
}

func (s Spec) command(processes []Process, flags ...string) worker.Command {
	args := append([]string{Role, worker.DeadlineFlag, worker.FormatDeadline(s.Deadline)}, flags...)
	for _, p := range processes {
		args = append(args, p.String())
	}
	return worker.Command{Prefix: s.Prefix, Args: args, Env: []string{worker.MarkFault + "=" + s.ID}}
}

// Close ends a pause: the kernel lets go of every thread when its tracer has ended.
// It can be called again, and after the deadline. A kill has nothing to undo.
func (r *Running) Close() error {
	if r.tracer != nil {
		r.closing.Store(true)
		r.tracer.Kill()
		<-r.done
	}
	return nil
}

// Done is closed once a pause is over, for whatever reason; it is nil for a kill.
func (r *Running) Done() <-chan struct{} { return r.done }

// Err is why a pause was over before its deadline and before Close; nil otherwise.
func (r *Running) Err() error {
	select {
	case <-r.done:
		return r.failed
	default:
		return nil
	}
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
	if err := r.Err(); err != nil {
		s.Failure = err.Error()
	}
	return s
}

package stress

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Running is a stress in place.
type Running struct {
	spec     Spec
	prepared prepared
	workers  []*member
	begun    time.Time
	cpu      cgroup.CPU // at the beginning
	memory   cgroup.Memory

	closing atomic.Bool
	close   sync.Once
	watch   sync.WaitGroup
	done    chan struct{}
	failed  failures
}

// Start starts the workers and returns when they use what they are to use; with
// a ramp, when they begin to. The context bounds the start alone. A worker that
// gives up later says why in Stats.
func Start(ctx context.Context, spec Spec) (*Running, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if err := worker.InTime(spec.Deadline); err != nil {
		return nil, fmt.Errorf("stress: %w", err)
	}
	p, err := spec.prepare()
	r := &Running{spec: spec, prepared: p, done: make(chan struct{})}
	if err == nil {
		r.cpu, r.memory = p.group.CPU(), p.group.Memory()
		err = r.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("stress: %w", err), r.Close())
	}
	r.begin()
	return r, nil
}

func (r *Running) start(ctx context.Context) error {
	for _, command := range r.prepared.commands {
		process, err := worker.Start(ctx, command)
		if err != nil {
			return r.explain(err)
		}
		m := &member{process: process}
		r.workers = append(r.workers, m)
		r.watch.Go(func() { r.follow(m) })
	}
	return nil
}

// begin is from when on workers are measured: all of them run.
func (r *Running) begin() {
	r.begun = time.Now()
	for _, m := range r.workers {
		m.before = m.used()
	}
	go func() {
		r.watch.Wait()
		close(r.done)
	}()
}

// follow notes how a worker ends. Before its deadline it is a failure, unless
// Close ended it.
func (r *Running) follow(m *member) {
	<-m.process.Done()
	m.ended.Store(&ending{at: time.Now(), cpu: processorTime(m.process.Exit())})
	if r.closing.Load() || !time.Now().Before(r.spec.Deadline) {
		return
	}
	err := m.process.Err()
	if err == nil {
		err = errors.New("it has ended before its deadline")
	}
	r.failed.add(fmt.Errorf("worker %d: %w", m.process.Identity.PID, r.explain(err)))
}

// explain gives an exit of a worker its meaning.
func (r *Running) explain(err error) error {
	var exit *worker.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if known := Explain(exit.Code()); known != nil {
		return fmt.Errorf("%w (%w)", known, err)
	}
	if !exit.Killed() {
		return err
	}
	if worker.InTime(r.spec.Deadline) != nil {
		return worker.ErrNotReady // killed by the kernel's timer, as nobody follows it yet
	}
	if kills := r.prepared.group.Memory().Kills - r.memory.Kills; kills > 0 {
		return fmt.Errorf("%w, as the kernel ran out of memory in the control group", ErrKilled)
	}
	return fmt.Errorf("%w by somebody else, perhaps by the kernel for lack of memory in a control group that is not visible here", ErrKilled)
}

// Done is closed once no worker is left, for whatever reason.
func (r *Running) Done() <-chan struct{} { return r.done }

// Err is why workers have ended before the deadline and before Close; nil
// otherwise. It is ErrKilled, ErrReserve or ErrSpace among others.
func (r *Running) Err() error { return r.failed.err() }

// Close ends the workers and returns when the kernel has taken back what they had.
// It can be called again, and when the deadline has passed. The error is always nil.
func (r *Running) Close() error {
	r.close.Do(func() {
		r.closing.Store(true)
		for _, m := range r.workers {
			m.process.Kill()
		}
		r.watch.Wait()
		if r.prepared.dir != nil {
			_ = r.prepared.dir.Close() // nothing was written to it
		}
	})
	return nil
}

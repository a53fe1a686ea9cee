//go:build linux

package supervisor

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// end is what kill and restart have in common: processes that were ended, and
// have to run again afterwards.
type end struct {
	owned   *processes
	targets []ProcessTarget
	name    string

	mu    sync.Mutex
	ended []*ending // those that the fault has touched, in order
}

// ending is one process that a fault ends.
type ending struct {
	process *process
	before  *child
	at      time.Time
	turn    int // which of the faults on the process this is

	signaled atomic.Bool // whether it was, which is what makes its end the fault's
}

// touch notes that a target is about to be ended. One already noted comes back
// as it is, which makes an injection that is tried again go on where it was.
func (e *end) touch(target ProcessTarget) (*ending, error) {
	p, err := e.owned.named(target.Name)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, known := range e.ended {
		if known.process == p {
			return known, nil
		}
	}
	before, err := p.expect(target.Identity)
	if err != nil {
		return nil, err
	}
	touched := &ending{process: p, before: before, at: time.Now(), turn: p.touched()}
	e.ended = append(e.ended, touched)
	return touched, nil
}

func (e *end) all() []*ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*ending(nil), e.ended...)
}

func (e *end) status(status *FaultStatus) {
	for _, touched := range e.all() {
		if touched.signaled.Load() {
			status.Ended = append(status.Ended, touched.status())
		}
	}
}

func (t *ending) status() Ended {
	p := t.process
	p.mu.Lock()
	defer p.mu.Unlock()
	out := Ended{Name: p.spec.Name, Before: t.before.identity, After: p.current.identity, Down: time.Since(t.at)}
	if !t.before.running() {
		out.Exit = describeExit(t.before.status)
	}
	if p.ready && p.current != t.before {
		out.Down = p.readyAt.Sub(t.at)
	}
	return out
}

// kill sends a signal to whole process groups.
type kill struct {
	end
	signal syscall.Signal
}

func (e *kill) inject(ctx context.Context) error {
	if err := e.claim(); err != nil {
		return err
	}
	for _, target := range e.targets {
		touched, err := e.touch(target)
		if err != nil {
			return err
		}
		if touched.signaled.Load() {
			continue
		}
		if err := e.owned.spawner.signalGroup(touched.before, e.signal); err != nil {
			return fmt.Errorf("send signal %d to process %s: %w", e.signal, target.Name, err)
		}
		touched.signaled.Store(true)
		if e.signal != syscall.SIGKILL {
			continue // it may take its time, or survive: Observe will tell
		}
		select {
		case <-touched.before.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// revert starts again what the signal ended, or is about to end.
func (e *kill) revert(ctx context.Context) error {
	return e.undo(ctx, func(ctx context.Context, touched *ending) error {
		if !touched.signaled.Load() {
			return nil
		}
		return touched.restore(ctx, e.signal)
	})
}

// restore brings a process up that got a signal. One that may yet end by it is
// given its stop_timeout to do so; one that survives is left as it is.
func (t *ending) restore(ctx context.Context, signal syscall.Signal) error {
	if t.before.running() && mayEnd(t.before.identity.PID, signal) {
		ctx, cancel := context.WithTimeout(ctx, t.process.spec.StopTimeout)
		defer cancel()
		defer context.AfterFunc(t.process.life, cancel)()
		waitDone(ctx, t.before, t.process.spec.StopTimeout)
	}
	if t.before.running() {
		go t.startOnceEnded()
		return nil
	}
	return t.process.start(ctx)
}

// mayEnd reports whether a signal that a process got is likely to end it. Handlers
// of the signals that ask for an end do so sooner or later; those of the others
// are for reloading and the like.
func mayEnd(pid int, signal syscall.Signal) bool {
	does, err := procfs.ReadDispositions(pid)
	if err != nil || !does.Ignores(signal) && !does.Catches(signal) {
		return true
	}
	switch signal {
	case syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2:
		return false
	default:
		return !does.Ignores(signal)
	}
}

// startOnceEnded waits a further stop_timeout for a process that survived the signal so
// far: should it end after all, that was still the fault's doing. Later, or when another
// fault has come to end it since, it is not: that fault's effect must last.
func (t *ending) startOnceEnded() {
	ended := waitDone(t.process.life, t.before, t.process.spec.StopTimeout)
	if ended && t.process.lastTouched(t.turn) {
		_ = t.process.start(t.process.life) // an end of everything stops it
	}
}

// restart stops processes and starts them again.
type restart struct {
	end
	grace time.Duration
}

func (e *restart) inject(ctx context.Context) error {
	if err := e.claim(); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, target := range e.targets {
		touched, err := e.touch(target)
		if err != nil {
			return err
		}
		group.Go(func() error { return touched.cycle(ctx, syscall.SIGTERM, e.grace) })
	}
	return group.Wait()
}

// revert completes what was begun: a process that was told to stop does stop,
// and runs again.
func (e *restart) revert(ctx context.Context) error {
	return e.undo(ctx, func(ctx context.Context, touched *ending) error { return touched.cycle(ctx, syscall.SIGKILL, 0) })
}

// cycle stops the process as it was before, unless it is gone, and starts it.
// The restart policy is held off: it would start the process a second time.
func (t *ending) cycle(ctx context.Context, signal syscall.Signal, grace time.Duration) error {
	release := t.process.hold()
	defer release()
	if t.before.running() {
		t.signaled.Store(true)
		if err := t.process.stop(ctx, signal, grace); err != nil {
			return err
		}
	}
	return t.process.start(ctx)
}

func newEnd(owned *processes, spec FaultSpec) end {
	return end{owned: owned, targets: spec.Processes, name: cmp.Or(spec.Name, "fault "+spec.ID)}
}

func newKill(owned *processes, spec FaultSpec) *kill {
	return &kill{end: newEnd(owned, spec), signal: syscall.Signal(spec.Signal)}
}

func newRestart(owned *processes, spec FaultSpec) *restart {
	return &restart{end: newEnd(owned, spec), grace: spec.GracePeriod}
}

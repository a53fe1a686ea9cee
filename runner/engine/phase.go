package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// errStopped ends the fault phase when a stop condition was broken.
var errStopped = errors.New("a stop condition was broken")

// faultPhase injects, holds, reverts and rolls back. It returns the moment at which the
// last revert was verified.
func (x *experiment) faultPhase(ctx context.Context) (reverted time.Time, err error) {
	injected := x.enter(resolve.PhaseFault, "inject", x.expected("inject"))
	holding, end := context.WithCancelCause(ctx)
	defer end(nil)
	// Also a panic of the engine itself must not leave a fault behind.
	defer func() {
		x.revertAll(ctx)
		reverted = time.Now()
		x.rollback(ctx)
	}()
	over := x.launch(holding, end)
	// From the first injection on: some fault may still have long to wait for its start.
	defer x.background("stopping", func(ctx context.Context) { x.awaitStop(ctx, end) })()
	ended := x.awaitInjection(holding, injected)
	err = x.awaitEnd(holding, over)
	ended()
	x.leave(time.Now())
	return reverted, err
}

// launch starts every fault on its own clock. One that fails ends the phase.
func (x *experiment) launch(ctx context.Context, end context.CancelCauseFunc) <-chan struct{} {
	var group sync.WaitGroup
	for _, f := range x.faults {
		group.Go(func() {
			if err := guard(f.plan.Address, func() error { return f.live(ctx) }); err != nil {
				x.result.add(verdict.Errored, err.Error())
				end(err)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	return done
}

// awaitInjection waits until every fault is in place, or the phase is over, and
// enters the hold.
func (x *experiment) awaitInjection(ctx context.Context, injected func()) (ended func()) {
	for _, f := range x.faults {
		select {
		case <-f.placed:
		case <-f.gone:
		case <-ctx.Done():
		}
	}
	injected()
	return x.enter("", "hold", x.expected("hold"))
}

// awaitStop ends the phase as soon as a stop condition is broken.
func (x *experiment) awaitStop(ctx context.Context, end context.CancelCauseFunc) {
	select {
	case h := <-x.stop:
		x.bookStop(h)
		end(errStopped)
	case <-ctx.Done():
	}
}

// awaitEnd waits until every fault's time is over, or was ended. It does not wait
// for those that are being reverted already: what cannot be undone yet must
// not keep the others in place. The error of an abort is the caller's.
func (x *experiment) awaitEnd(ctx context.Context, over <-chan struct{}) error {
	<-over
	cause := context.Cause(ctx)
	var abort *AbortError
	if errors.As(cause, &abort) {
		return cause
	}
	return nil
}

// outlasts reports whether some other fault will stay for so much longer that f
// should not wait for the common revert.
func (x *experiment) outlasts(f *fault) bool {
	for _, other := range x.faults {
		if other != f && other.endsAfter(time.Now().Add(revertTogether)) {
			return true
		}
	}
	return false
}

// endsAfter reports whether the fault will still be there at that moment; one
// that is still waiting for its start will.
func (f *fault) endsAfter(moment time.Time) bool {
	select {
	case <-f.gone:
		return false
	default:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ends.IsZero() || f.ends.After(moment)
}

// revertAll begins to undo what is left, in reverse order of injection, and
// returns when everything is undone, also what ended before. An abort does not
// shorten it.
func (x *experiment) revertAll(ctx context.Context) {
	defer x.enter("", "revert", 0)()
	for _, f := range byInjection(x.faults) {
		x.reverts.next(func(tried func()) { f.revertSafely(ctx, tried) })
	}
	x.reverts.join()
}

// expected is how long the plan expects a phase to take.
func (x *experiment) expected(name string) time.Duration {
	for _, phase := range x.plan.Phases {
		if phase.Name == name {
			return time.Duration(phase.Seconds * float64(time.Second))
		}
	}
	return 0
}

//go:build linux

package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/wallclock"
)

// effect is what a fault does to what the supervisor owns. Calls come one at a
// time, but for status.
type effect interface {
	// inject puts it in place. Called again after a failure, it does what is missing.
	inject(ctx context.Context) error
	// revert undoes whatever inject reached.
	revert(ctx context.Context) error
	// status adds what the effect knows.
	status(*FaultStatus)
}

// fault is one injection with its deadline.
type fault struct {
	spec   FaultSpec
	effect effect // nil for an id that was reverted before it was injected
	log    *slog.Logger

	life   context.Context // done when the supervisor ends everything
	ctx    context.Context // of the injection; ended by a revert
	cancel context.CancelCauseFunc
	timer  *wallclock.Timer

	op sync.Mutex // held through inject or revert: one at a time

	mu     sync.Mutex // guards what follows
	phase  Phase
	reason string
	err    error
}

var (
	errReverting = errors.New("the fault is being reverted")
	errReverted  = errors.New("the fault was reverted already; an id is injected once")
)

// Attempts of a revert that nobody waits for are spaced between these.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 10 * time.Second
)

func newFault(life context.Context, spec FaultSpec, effect effect, log *slog.Logger) *fault {
	f := &fault{spec: spec, effect: effect, life: life, log: log.With("fault", spec.ID, "kind", spec.Kind), phase: PhaseNone}
	f.ctx, f.cancel = context.WithCancelCause(life)
	return f
}

// newReverted is the fault of an id that is reverted before it was ever injected.
// It is reverted from the start: an injection may find it at any moment.
func newReverted(life context.Context, id string, log *slog.Logger) *fault {
	f := newFault(life, FaultSpec{ID: id}, nil, log)
	f.phase, f.reason = PhaseReverted, "asked"
	return f
}

// inject puts the fault in place, once. Its timer runs before anything happens,
// so that even an injection that hangs half way is undone in time.
func (f *fault) inject() error {
	f.op.Lock()
	defer f.op.Unlock()
	switch phase := f.at(); {
	case phase == PhaseInjected:
		return nil
	case phase == PhaseReverted:
		return errReverted
	case f.ctx.Err() != nil:
		return context.Cause(f.ctx)
	}
	if f.timer == nil {
		f.timer = wallclock.AfterFunc(f.spec.Deadline, f.expire)
	}
	f.enter(PhaseInjecting, nil)
	if err := f.effect.inject(f.ctx); err != nil {
		f.enter(PhaseInjecting, err)
		return err
	}
	f.enter(PhaseInjected, nil)
	f.log.Info("injected", "deadline", f.spec.Deadline)
	return nil
}

// revert undoes the fault; nil once nothing of it is left. It ends an injection
// that is under way.
func (f *fault) revert(ctx context.Context, reason string) error {
	f.cancel(errReverting)
	f.op.Lock()
	defer f.op.Unlock()
	phase := f.at()
	if phase == PhaseReverted {
		return nil
	}
	if phase != PhaseNone {
		if err := f.effect.revert(ctx); err != nil {
			f.enter(phase, err)
			return fmt.Errorf("revert fault %s: %w", f.spec.ID, err)
		}
	}
	if f.timer != nil {
		f.timer.Stop()
	}
	f.mu.Lock()
	f.phase, f.reason, f.err = PhaseReverted, reason, nil
	f.mu.Unlock()
	f.log.Info("reverted", "reason", reason)
	return nil
}

// expire reverts at the deadline, again and again until it worked or everything
// is ended anyway.
func (f *fault) expire() {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := f.revert(context.Background(), "deadline")
		if err == nil || errors.Is(err, errEnding) {
			return
		}
		f.log.Error("revert at the deadline", "error", err, "again_in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-f.life.Done():
			timer.Stop()
			return // the end reverts every fault
		}
	}
}

func (f *fault) at() Phase {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phase
}

func (f *fault) enter(phase Phase, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.phase, f.err = phase, err
}

func (f *fault) status() FaultStatus {
	f.mu.Lock()
	status := FaultStatus{ID: f.spec.ID, Kind: f.spec.Kind, Phase: f.phase, Reason: f.reason}
	if f.err != nil {
		status.Error = f.err.Error()
	}
	f.mu.Unlock()
	if f.effect != nil {
		f.effect.status(&status)
	}
	return status
}

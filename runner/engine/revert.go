package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
)

// byInjection is the faults whose undo is on disk, last injected first.
func byInjection(faults []*fault) []*fault {
	var begun []*fault
	for _, f := range faults {
		f.mu.Lock()
		if !f.began.IsZero() {
			begun = append(begun, f)
		}
		f.mu.Unlock()
	}
	slices.SortStableFunc(begun, func(a, b *fault) int { return b.number - a.number })
	return begun
}

// revert undoes the fault, once, and verifies that nothing of it is left. What
// cannot be undone makes the run dirty.
func (f *fault) revert(ctx context.Context) {
	f.mu.Lock()
	done := f.reverted
	f.reverted = true
	f.mu.Unlock()
	if done {
		return
	}
	started := time.Now()
	f.tell(journal.FaultReverting, nil)
	f.x.run.Bus.Emit(event.FaultReverting{Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Undo: f.bound.Undo})
	attempts, err := undo(ctx, f.def.Type, f.record)
	out := event.FaultReverted{
		Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Verified: err == nil, Attempts: attempts,
		Seconds: time.Since(started).Seconds(), Source: f.plan.Source,
	}
	f.mu.Lock()
	f.undone = true
	f.mu.Unlock()
	if err == nil {
		f.tell(journal.FaultReverted, nil)
	} else {
		out.Error, out.Mend = err.Error(), f.x.run.Mend
		f.tell(journal.FaultDirty, err)
		f.x.result.soil(fmt.Sprintf("%s could not be reverted: %v", f.plan.Address, err), f.x.run.Mend)
		f.x.run.soil(f.x.run.Mend)
	}
	f.x.run.Bus.Emit(out)
}

// tell writes an entry of the way back. A journal that fails now must not keep
// the undo from happening: recover would only do it again.
func (f *fault) tell(kind journal.Type, cause error) {
	entry := journal.Fault{ID: f.record.ID}
	if cause != nil {
		entry.Error = cause.Error()
	}
	if err := f.x.run.Journal.Append(kind, entry); err != nil {
		f.x.run.Bus.Emit(event.Notice{Experiment: f.x.plan.Address, Text: err.Error()})
	}
}

// undo reverts and reads back, again and again, until nothing is left or its
// patience is. It returns how often it tried.
func undo(ctx context.Context, t providers.Fault, record providers.Record) (attempts int, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revertPatience)
	defer cancel()
	policy := backoff.NewExponentialBackOff()
	policy.InitialInterval, policy.MaxInterval = 20*time.Millisecond, time.Second
	_, err = backoff.Retry(ctx, func() (struct{}, error) {
		attempts++
		return struct{}{}, undoOnce(ctx, t, record)
	}, backoff.WithBackOff(policy), backoff.WithMaxElapsedTime(revertPatience))
	return attempts, err
}

func undoOnce(ctx context.Context, t providers.Fault, record providers.Record) error {
	var seen providers.Observation
	revertErr := guard("reverting", func() error { return t.Revert(ctx, record) })
	observeErr := guard("verifying", func() (err error) {
		seen, err = t.Observe(ctx, record)
		return err
	})
	if observeErr == nil && seen.State == providers.Absent {
		return nil // what counts is that it is gone
	}
	if revertErr == nil && observeErr == nil {
		return fmt.Errorf("it is still %s after its revert: %s", seen.State, seen.Detail)
	}
	return errors.Join(revertErr, observeErr)
}

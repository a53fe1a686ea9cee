package engine

import (
	"cmp"
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

// revertSafely is revert in a goroutine of its own. A panic of the engine itself
// must not end the process, which has other faults to undo.
func (f *fault) revertSafely(ctx context.Context, tried func()) {
	if err := guard(f.plan.Address, func() error { f.revert(ctx, tried); return nil }); err != nil {
		f.soil(err)
	}
}

// revert undoes the fault, once, and verifies that nothing of it is left. What
// cannot be undone makes the run dirty. It calls tried after every attempt.
func (f *fault) revert(ctx context.Context, tried func()) {
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
	took, err := undo(ctx, f.def.Type, f.record, tried)
	if err == nil && f.stuck != nil && f.stuck.still() {
		err = errors.New("nothing of it is left now, but its injection has not returned and may still take effect")
	}
	out := event.FaultReverted{
		Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Verified: err == nil, Attempts: took.attempts, Retried: took.why,
		Seconds: time.Since(started).Seconds(), Source: f.plan.Source,
	}
	f.mu.Lock()
	f.undone = true
	f.mu.Unlock()
	if err == nil {
		f.tell(journal.FaultReverted, nil)
	} else {
		out.Error, out.Mend = err.Error(), f.x.run.Mend
		f.soil(err)
	}
	f.x.run.Bus.Emit(out)
	tellUnsettled(f.x.run.Bus, f.x.plan.Address, f.plan.Address, took)
}

// soil notes that the fault could not be undone.
func (f *fault) soil(cause error) {
	f.tell(journal.FaultDirty, cause)
	f.x.result.soil(fmt.Sprintf("%s could not be reverted: %v", f.plan.Address, cause), f.x.run.Mend)
	f.x.run.soil(f.x.run.Mend)
}

// tell writes an entry on which no undo depends.
func (f *fault) tell(kind journal.Type, cause error) {
	entry := journal.Fault{ID: f.record.ID}
	if cause != nil {
		entry.Error = cause.Error()
	}
	f.x.run.note(f.x.plan.Address, f.x.run.Journal.Append(kind, entry))
}

// tries is how often an undo was tried, what stood in the way of all but the last
// attempt, and what was still to come of the system itself when the patience was over.
type tries struct {
	attempts  int
	why       string
	unsettled string
}

// undo reverts and reads back, again and again, until nothing is left and the
// system is back, or its patience is over. Where the targets are out of reach for
// a while, it does not give up before the fault's own deadline: until then nobody
// else undoes it. It calls tried after every attempt.
func undo(ctx context.Context, t providers.Fault, record providers.Record, tried func()) (took tries, err error) {
	patience := max(revertPatience, time.Until(record.Deadline)+deadlineMargin)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	began, policy := time.Now(), backoff.NewExponentialBackOff()
	policy.InitialInterval, policy.MaxInterval = 20*time.Millisecond, time.Second
	var last error // not what ended the attempts, but why they were needed
	_, err = backoff.Retry(ctx, func() (struct{}, error) {
		took.attempts++
		if last != nil {
			took.why = last.Error()
		}
		last = undoOnce(ctx, t, record)
		tried()
		if unsettled(last) != "" && time.Since(began) >= revertPatience {
			return struct{}{}, backoff.Permanent(last)
		}
		return struct{}{}, last
	}, backoff.WithBackOff(policy), backoff.WithMaxElapsedTime(patience))
	if took.unsettled = unsettled(last); took.unsettled != "" {
		return took, nil
	}
	if err != nil && last != nil {
		return took, last
	}
	return took, err
}

// undoOnce reverts and looks. What counts is that it is gone, whatever the
// revert said.
func undoOnce(ctx context.Context, t providers.Fault, record providers.Record) error {
	revertErr := revertOnce(ctx, t, record)
	seen, observeErr := verify(ctx, t, record)
	switch {
	case observeErr == nil && seen.State == providers.Absent:
		return nil
	case observeErr == nil && seen.State == providers.Partial && seen.Settling && !isStuck(revertErr):
		return &settlingError{cmp.Or(seen.Detail, "it was not said what is to come")}
	case revertErr == nil && observeErr == nil:
		return fmt.Errorf("it is still %s after its revert: %s", seen.State, seen.Detail)
	}
	err := errors.Join(revertErr, observeErr)
	if isStuck(revertErr) {
		return backoff.Permanent(err) // another one beside it would not help
	}
	return err
}

func revertOnce(ctx context.Context, t providers.Fault, record providers.Record) error {
	ctx, cancel := context.WithTimeout(ctx, revertAttempt)
	defer cancel()
	return perform(ctx, callLinger, "reverting", func(ctx context.Context) error { return t.Revert(ctx, record) })
}

// verify has its own time, so that also after a revert that took all of it there
// is an answer to what is left.
func verify(ctx context.Context, t providers.Fault, record providers.Record) (providers.Observation, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyPatience)
	defer cancel()
	return call(ctx, lookLinger, "verifying", func(ctx context.Context) (providers.Observation, error) { return t.Observe(ctx, record) })
}

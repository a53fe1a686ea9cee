package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// fault is one fault on its way: waiting, injected, proven, reverted.
type fault struct {
	x      *experiment
	def    *resolve.Fault
	plan   *plan.Fault
	bound  providers.FaultPlan // the plan's, with the UIDs that the targets have now
	config schema.Values

	warnings []plan.Finding // of the provider, on bound

	record providers.Record
	took   time.Duration // its injection
	stuck  *stuckError   // its injection, if that has not returned
	blind  time.Time     // since when it can't be observed; zero while it can
	placed chan struct{} // closed when it is in place
	proven chan struct{} // closed when evidence was seen
	gone   chan struct{} // closed when it will not become active any more

	mu       sync.Mutex
	number   int              // of the injection within the experiment, from 1
	began    time.Time        // of the injection; zero before the undo was on disk
	ends     time.Time        // when its own duration is over
	facts    []providers.Fact // evidence so far
	reverted bool             // its revert has begun
	undone   bool             // and is over
}

// live takes the fault from its start to the end of its hold. It is over when
// its duration is, or when ctx ends; then it is still injected, unless other
// faults stay much longer: then its revert has begun.
func (f *fault) live(ctx context.Context) error {
	defer close(f.gone)
	if err := f.await(ctx); err != nil {
		f.notStarted(ctx, err)
		return nil
	}
	if err := f.inject(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // cut short by what ended the phase, which says why
		}
		return f.failed(err)
	}
	f.hold(ctx)
	f.conclude(ctx)
	if ctx.Err() == nil && f.x.outlasts(f) {
		f.x.reverts.aside(func(tried func()) { f.revertSafely(ctx, tried) })
	}
	return nil
}

// failed tells of an injection that failed, and books it: who gets the error need not.
func (f *fault) failed(cause error) error {
	f.x.run.Bus.Emit(event.FaultFailed{Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Error: cause.Error(), Source: f.plan.Source})
	err := fmt.Errorf("%s could not be injected: %w", f.plan.Address, cause)
	f.x.result.addTold(verdict.Errored, err.Error())
	return err
}

// await waits until what the fault depends on is proven, and for its delay.
func (f *fault) await(ctx context.Context) error {
	for _, other := range f.x.faults {
		if !slices.Contains(f.def.DependsOn, other.plan.Address) {
			continue
		}
		select {
		case <-other.proven:
		case <-other.gone:
			if !other.isProven() { // it may be both, proven and over
				return fmt.Errorf("%s never became active", other.plan.Address)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return sleep(ctx, f.def.Delay)
}

// notStarted books a fault that was never injected, unless the phase was ended
// before its turn: then what ended it says why.
func (f *fault) notStarted(ctx context.Context, cause error) {
	if ctx.Err() != nil {
		return
	}
	detail := fmt.Sprintf("%s was not injected, so that there is no evidence of an effect: %v", f.plan.Address, cause)
	f.x.result.addTold(verdict.Inconclusive, detail)
	f.x.run.Bus.Emit(event.FaultProven{Experiment: f.x.plan.Address, Fault: f.plan.Address, Detail: detail, Source: f.plan.Source})
}

// inject writes the undo ahead and then injects.
func (f *fault) inject(ctx context.Context) error {
	if err := f.prepare(ctx); err != nil {
		return err
	}
	if err := f.x.run.Journal.Append(journal.FaultPrepared, journal.Fault{ID: f.record.ID, Record: &f.record}); err != nil {
		return err
	}
	began := time.Now()
	number := f.x.count()
	f.mu.Lock()
	f.number = number
	f.began, f.ends = began, began.Add(f.def.Duration)
	f.mu.Unlock()
	f.x.run.Bus.Emit(event.FaultInjecting{
		Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Type: f.plan.Type,
		Effect: f.bound.Effect, Targets: f.record.Targets, Deadline: f.record.Deadline, Source: f.plan.Source,
	})
	f.x.run.harms.add(f.x.plan.Environment, f.record.Targets)
	if err := f.put(ctx); err != nil {
		return err
	}
	f.took = time.Since(began)
	close(f.placed)
	f.x.run.Bus.Emit(event.FaultInjected{Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Seconds: f.took.Seconds()})
	return f.x.run.Journal.Append(journal.FaultInjected, journal.Fault{ID: f.record.ID})
}

func (f *fault) prepare(ctx context.Context) (err error) {
	f.record, err = ask(ctx, "preparing", func(ctx context.Context) (providers.Record, providers.Diagnostics) {
		return f.def.Type.Prepare(ctx, providers.PrepareRequest{
			ID: ulid.Make().String(), Address: f.def.Addr.String(), Run: f.x.run.Run, Config: f.config, Environment: f.x.env,
			Plan: f.bound, Seed: f.plan.Seed, Deadline: time.Now().Add(f.def.Duration + margin(len(f.bound.Targets))),
		})
	})
	return err
}

// margin is how long after its time a fault on so many targets ends by itself. An
// injection is cut off then as well, so that it must be long enough for a slow API
// to take them all.
func margin(targets int) time.Duration {
	return deadlineMargin + time.Duration(targets/crowd)*crowdMargin
}

// put injects. After the record's deadline nothing may stay injected, so nothing
// is begun then either: the process may have been suspended in between.
func (f *fault) put(ctx context.Context) error {
	if !time.Now().Before(f.record.Deadline) {
		return errors.New("its deadline had passed before its turn came: gameday itself was held up")
	}
	ctx, cancel := context.WithDeadline(ctx, f.record.Deadline)
	defer cancel()
	err := perform(ctx, callLinger, "injecting", func(ctx context.Context) error {
		return f.def.Type.Inject(ctx, providers.InjectRequest{Record: f.record, Config: f.config, Environment: f.x.env})
	})
	errors.As(err, &f.stuck)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("it was not in place by its deadline: %w", err)
	}
	return err
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// experiment is one experiment on its way through the phases.
type experiment struct {
	run  *run
	plan *plan.Experiment
	def  *resolve.Experiment
	env  providers.EnvironmentState

	measurements *measurements
	faults       []*fault
	watchers     []*watcher
	stop         chan *halt    // the first stop condition that came true; capacity 1
	doubted      []*halt       // broken by a window that was not whole, to be judged again
	news         chan struct{} // some series has a new point; capacity 1
	told         map[told]bool // judgements reported

	reverts    turns
	injections int // so far
	mu         sync.Mutex
	result     result
	phase      string
	measuring  resolve.Phase // whose numbers are shown
	due        time.Time     // when the phase is expected to end
}

func newExperiment(r *run, x *plan.Experiment) *experiment {
	return &experiment{run: r, plan: x, stop: make(chan *halt, 1), news: make(chan struct{}, 1), told: map[told]bool{}}
}

// execute takes the experiment through its phases and returns the verdict. It
// returns only after everything that was injected has been reverted.
func (x *experiment) execute(ctx context.Context) verdict.Verdict {
	started := time.Now()
	x.run.Bus.Emit(event.ExperimentStarted{
		Experiment: x.plan.Address, Description: x.plan.Description, Environment: x.plan.Environment,
		Labels: x.plan.Labels, Weight: x.plan.Weight, Source: x.plan.Source, Expected: x.plan.Expected,
	})
	err := guard(x.plan.Address, func() error { return x.prepareAndMeasure(ctx) })
	x.fail(ctx, err)
	x.demandProof()
	x.tellUnjudged()
	final, found := x.result.verdict(), x.result.findings()
	x.run.Bus.Emit(event.ExperimentFinished{
		Experiment: x.plan.Address, Verdict: final, Reasons: reasonsOf(found), Findings: found, Dirty: x.result.dirty,
		Mend: x.result.mend, Seconds: time.Since(started).Seconds(), Series: x.measurements.summary(), Source: x.plan.Source,
	})
	return final
}

// fail books an error: what an abort caused is the abort's.
func (x *experiment) fail(ctx context.Context, err error) {
	var abort *AbortError
	switch {
	case errors.As(context.Cause(ctx), &abort):
		x.result.add(verdict.Aborted, abort.Error())
	case ctx.Err() != nil:
		x.result.add(verdict.Aborted, context.Cause(ctx).Error())
	case err != nil:
		x.result.add(verdict.Errored, err.Error())
	}
}

// against books what a stop condition, a probe or a load says against the experiment, with its place.
func (x *experiment) against(address string, v verdict.Verdict, reason string) {
	x.result.book(event.Finding{Verdict: v, Reason: reason, About: address, Source: x.sourceOf(address)})
}

// prepareAndMeasure brings the environment up, starts measuring, and stops
// measuring when the phases are over.
func (x *experiment) prepareAndMeasure(ctx context.Context) error {
	resolved, env, err := x.run.environments.acquire(ctx, x.plan.Environment)
	if err != nil {
		return err
	}
	x.env = env
	x.def = find(resolved.Experiments, func(d *resolve.Experiment) bool { return d.Addr.String() == x.plan.Address })
	if x.def == nil {
		return fmt.Errorf("%s is in the plan and not in the configuration", x.plan.Address)
	}
	if err := x.bindFaults(ctx, resolved); err != nil {
		return err
	}
	unlock, err := x.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := x.standBy(ctx); err != nil {
		return err
	}
	x.bindWatchers()
	x.measurements, err = openMeasurements(ctx, x)
	if err != nil {
		return err
	}
	defer x.measurements.stop()
	x.aimWatchers()
	x.measurements.start(ctx, x.notify)
	defer x.background("judging", x.watch)()
	defer x.background("telling how things stand", x.tellProgress)()
	return x.phases(ctx)
}

// phases runs baseline, fault and recovery. Whatever happens after the first
// injection, the revert comes before the return.
func (x *experiment) phases(ctx context.Context) error {
	steady, err := x.baseline(ctx)
	if err != nil || !steady || len(x.faults) == 0 {
		return err
	}
	reverted, err := x.faultPhase(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	return x.recovery(ctx, reverted)
}

// baseline measures before any fault and reports whether the steady state held. One
// of no length is no phase at all.
func (x *experiment) baseline(ctx context.Context) (bool, error) {
	if x.def.Baseline == 0 {
		return true, nil
	}
	defer x.enter(resolve.PhaseBaseline, "baseline", x.def.Baseline)()
	if err := sleep(ctx, x.def.Baseline); err != nil {
		return false, err
	}
	ended := time.Now()
	x.leave(ended)
	if err := x.measurements.settle(ctx, ended); err != nil {
		return false, err
	}
	worst := x.judgePhase(resolve.PhaseBaseline, verdict.Unsteady)
	return x.measurements.delivered(resolve.PhaseBaseline) && worst == verdict.Passed, nil
}

// enter begins a phase and returns what ends it. Measurements due from now on
// belong to series, where it is not empty.
func (x *experiment) enter(series resolve.Phase, name string, expected time.Duration) (end func()) {
	started := time.Now()
	if series != "" {
		x.measurements.begin(series, started)
	}
	if series == resolve.PhaseBaseline || series == resolve.PhaseFault { // the recovery is not judged by watchers
		x.beginWatchers(series, started)
	}
	x.mu.Lock()
	x.phase, x.due, x.measuring = name, started.Add(expected), measuredPhase(x.measuring, series)
	x.mu.Unlock()
	x.run.Bus.Emit(event.PhaseStarted{Experiment: x.plan.Address, Phase: name, Expected: expected.Seconds()})
	return func() {
		x.run.Bus.Emit(event.PhaseEnded{Experiment: x.plan.Address, Phase: name, Seconds: time.Since(started).Seconds()})
	}
}

// count numbers the injections in their order.
func (x *experiment) count() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.injections++
	return x.injections
}

// leave ends the phase that measurements belong to; what is due until the next
// one begins belongs to none.
func (x *experiment) leave(at time.Time) {
	x.measurements.end(at)
	x.endWatchers(at)
}

// background runs what accompanies the phases, and returns what ends it. Its
// panic must not end the process, which has faults to undo.
func (x *experiment) background(what string, task func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := guard(what, func() error { task(ctx); return nil }); err != nil {
			x.result.add(verdict.Errored, err.Error())
		}
	})
	return func() {
		cancel()
		group.Wait()
	}
}

// sleep waits, or returns the cause of the context's end.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

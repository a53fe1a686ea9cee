package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// experiments runs all of the plan's, in its order. Up to Parallelism run at a
// time, where they do not overlap and what they depend on has ended; an earlier
// one is never overtaken by a later one that overlaps it.
func (r *run) experiments(ctx context.Context) {
	var (
		mu      sync.Mutex
		wake    = sync.NewCond(&mu)
		waiting = slices.Clone(r.Plan.Experiments)
		running []plan.Experiment
		group   sync.WaitGroup
	)
	mu.Lock()
	for len(waiting) > 0 {
		next := r.startable(waiting, running)
		if next < 0 {
			wake.Wait()
			continue
		}
		x := waiting[next]
		waiting = slices.Delete(waiting, next, next+1)
		running = append(running, x)
		group.Go(func() {
			r.survive(ctx, &x)
			mu.Lock()
			defer mu.Unlock()
			running = slices.DeleteFunc(running, func(other plan.Experiment) bool { return other.Address == x.Address })
			wake.Signal()
		})
	}
	mu.Unlock()
	group.Wait()
}

// startable is the index of the first waiting experiment that may start now, or
// -1. With nothing running there always is one, as the plan's order respects
// depends_on.
func (r *run) startable(waiting, running []plan.Experiment) int {
	if len(running) == 0 {
		return 0
	}
	if len(running) >= max(r.Parallelism, 1) {
		return -1
	}
	for i, x := range waiting {
		before := slices.Concat(running, waiting[:i])
		blocked := slices.ContainsFunc(before, func(other plan.Experiment) bool {
			return slices.Contains(x.DependsOn, other.Address) || plan.Overlap(x, other)
		})
		if !blocked {
			return i
		}
	}
	return -1
}

// survive runs an experiment, and goes on with the others though the engine
// itself has a bug: their environments must come down.
func (r *run) survive(ctx context.Context, x *plan.Experiment) {
	if err := guard(x.Address, func() error { r.experiment(ctx, x); return nil }); err != nil {
		r.record(x.Address, verdict.Weighted{Verdict: verdict.Errored, Weight: x.Weight})
		r.Bus.Emit(unrun(x, verdict.Errored, err.Error()))
	}
}

// experiment runs one, or says why it is skipped.
func (r *run) experiment(ctx context.Context, x *plan.Experiment) {
	defer r.environments.release(ctx, x)
	if reason := r.skip(ctx, x); reason != "" {
		r.record(x.Address, verdict.Weighted{Verdict: verdict.Skipped, Weight: x.Weight})
		r.Bus.Emit(unrun(x, verdict.Skipped, reason))
		return
	}
	active := newExperiment(r, x)
	r.start(active)
	defer r.end(active)
	r.record(x.Address, verdict.Weighted{Verdict: active.execute(ctx), Weight: x.Weight})
	if active.result.dirty {
		r.spoil(x) // nothing is injected on top of what could not be undone
	}
}

// unrun is the end of an experiment that has nothing to tell but why.
func unrun(x *plan.Experiment, v verdict.Verdict, reason string) event.ExperimentFinished {
	found := []event.Finding{{Verdict: v, Reason: reason}}
	return event.ExperimentFinished{Experiment: x.Address, Verdict: v, Reasons: reasonsOf(found), Findings: found, Source: x.Source}
}

func (r *run) skip(ctx context.Context, x *plan.Experiment) string {
	if ctx.Err() != nil {
		return "the run was stopped before it began"
	}
	if by := r.spoiler(x.Environment); by != "" {
		return by + " left something behind where it would run"
	}
	for _, address := range x.DependsOn {
		if v := r.verdictOf(address); v != verdict.Passed {
			return fmt.Sprintf("it depends on %s, which is %s", address, v)
		}
	}
	return ""
}

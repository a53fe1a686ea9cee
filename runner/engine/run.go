package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// run is the state of one Run.
type run struct {
	Request
	started      time.Time
	environments *environments
	harms        harms

	mu       sync.Mutex
	active   []*experiment               // started and not ended
	outcomes map[string]verdict.Weighted // by experiment address
	dirty    bool
	spoiled  map[string]string // experiment that left something behind, by environment
	mend     []string
}

func newRun(req Request) *run {
	r := &run{Request: req, started: time.Now(), outcomes: map[string]verdict.Weighted{}, spoiled: map[string]string{}}
	r.environments = newEnvironments(r)
	return r
}

// begin writes the run's first entry; without a journal nothing is started.
func (r *run) begin() error {
	if err := r.Journal.Append(journal.RunStarted, journal.Started{
		Run: r.Run, Version: r.Version, PID: os.Getpid(), Dir: r.Dir, Plugins: r.Plugins,
	}); err != nil {
		return fmt.Errorf("nothing was started: %w", err)
	}
	addresses := make([]string, len(r.Plan.Experiments))
	for i, x := range r.Plan.Experiments {
		addresses[i] = x.Address
	}
	r.Bus.Emit(event.RunStarted{
		Version: r.Version, Dir: r.Dir, RunDir: r.RunDir, PlanDigest: plan.Digest(r.Plan),
		Seed: r.Plan.Seed, Experiments: addresses, Started: r.started, Recover: r.Mend,
	})
	return nil
}

// record keeps an experiment's outcome.
func (r *run) record(address string, o verdict.Weighted) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes[address] = o
}

// verdictOf is the verdict of an experiment that has ended.
func (r *run) verdictOf(address string) verdict.Verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outcomes[address].Verdict
}

// soil marks the run as dirty: something is left. Mend is the command that
// undoes it; empty when there is none, as for a rollback of the user's own.
func (r *run) soil(mend string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = true
	if mend != "" && !slices.Contains(r.mend, mend) {
		r.mend = append(r.mend, mend)
	}
}

// spoil marks an environment in which an experiment left something behind.
func (r *run) spoil(x *plan.Experiment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spoiled[x.Environment] = x.Address
}

// spoiler is the experiment that left something behind in an environment; empty
// if none did.
func (r *run) spoiler(environment string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spoiled[environment]
}

// finish judges the gates and closes the run.
func (r *run) finish(ctx context.Context) Result {
	gates := r.judgeSuites()
	result, counts := r.sum(ctx, gates)
	// Without the lock: a signal may ask what is left while the disk takes its time.
	r.note("", r.Journal.Append(journal.RunFinished, journal.Finished{Verdict: string(result.Verdict), ExitCode: result.ExitCode}))
	r.Bus.Emit(event.RunFinished{
		Verdict: result.Verdict, ExitCode: result.ExitCode, Dirty: result.Dirty, Mend: result.Mend,
		Counts: counts, Seconds: time.Since(r.started).Seconds(),
	})
	return result
}

// sum is what the outcomes come to.
func (r *run) sum(ctx context.Context, gates []gate) (Result, map[verdict.Verdict]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	worst := r.worst(ctx, gates)
	code := verdict.ExitCode(worst, r.dirty, abortSignal(ctx))
	return Result{Verdict: worst, ExitCode: code, Dirty: r.dirty, Mend: r.mend}, r.counts()
}

// note tells of a journal entry of the way back that could not be written. That
// must not keep the undo from happening: recover would only do it again.
func (r *run) note(experiment string, err error) {
	if err != nil {
		r.Bus.Emit(event.Notice{Experiment: experiment, Text: err.Error()})
	}
}

// worst is the run's verdict. An experiment that belongs to a suite with a gate
// counts through its gate, the others by themselves; what means that gameday or
// a person stopped short is never hidden by a gate.
func (r *run) worst(ctx context.Context, gates []gate) verdict.Verdict {
	var all []verdict.Verdict
	gated := map[string]bool{}
	for _, g := range gates {
		all = append(all, g.verdict)
		for _, address := range g.experiments {
			gated[address] = true
		}
	}
	for address, o := range r.outcomes {
		if !gated[address] || o.Verdict == verdict.Aborted || o.Verdict == verdict.Errored {
			all = append(all, o.Verdict)
		}
	}
	if ctx.Err() != nil {
		all = append(all, verdict.Aborted)
	}
	return verdict.Worst(all...)
}

func (r *run) counts() map[verdict.Verdict]int {
	counts := map[verdict.Verdict]int{}
	for _, o := range r.outcomes {
		counts[o.Verdict]++
	}
	return counts
}

// abortSignal is the signal that stopped the run, or 0.
func abortSignal(ctx context.Context) syscall.Signal {
	var abort *AbortError
	if errors.As(context.Cause(ctx), &abort) {
		return abort.Signal
	}
	return 0
}

// left is what is still to be undone, faults first.
func (r *run) left() []string {
	r.mu.Lock()
	active := slices.Clone(r.active)
	r.mu.Unlock()
	var left []string
	for _, x := range active {
		for _, f := range x.active() {
			left = append(left, x.plan.Address+"."+f)
		}
	}
	return append(left, r.environments.standing()...)
}

// start and end keep the list of active experiments.
func (r *run) start(x *experiment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = append(r.active, x)
}

func (r *run) end(x *experiment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = slices.DeleteFunc(r.active, func(other *experiment) bool { return other == x })
}

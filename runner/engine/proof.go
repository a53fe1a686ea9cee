package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// hold stays until the fault's time is over or ctx ends, and looks for evidence
// until there is some.
func (f *fault) hold(ctx context.Context) {
	ctx, cancel := context.WithDeadline(ctx, f.ends)
	defer cancel()
	for wait := observeEvery; !f.isProven(); wait = min(wait*2, observeAtMost) {
		if _, err := f.look(ctx); isStuck(err) {
			break // each further look would be left behind too
		}
		if f.isProven() || sleep(ctx, wait) != nil {
			break
		}
	}
	<-ctx.Done()
}

// look asks the provider once and keeps the evidence. The end of ctx does not keep
// it from looking, as the evidence is gone after the revert; it keeps it from
// taking long. A look that fails is no error of the run, and is told.
func (f *fault) look(ctx context.Context) (providers.Observation, error) {
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookPatience)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lookAtEnd, cancel) })()
	seen, err := call(looking, lookLinger, "observing", func(ctx context.Context) (providers.Observation, error) {
		return f.def.Type.Observe(ctx, f.record)
	})
	f.sight(err)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	if seen.Proven() {
		f.facts = seen.Evidence
		f.announce()
	}
	return seen, nil
}

// sight tells once when a fault can't be observed, and once when it can again.
func (f *fault) sight(err error) {
	switch {
	case err != nil && f.blind.IsZero():
		f.blind = time.Now()
		f.notice(fmt.Sprintf("%s can't be observed: %v", f.plan.Address, err))
	case err == nil && !f.blind.IsZero():
		f.notice(fmt.Sprintf("%s can be observed again, after %s", f.plan.Address, time.Since(f.blind).Round(time.Millisecond)))
		f.blind = time.Time{}
	}
}

func (f *fault) notice(text string) {
	f.x.run.Bus.Emit(event.Notice{Experiment: f.x.plan.Address, Text: text})
}

// announce tells of the first evidence.
func (f *fault) announce() {
	if f.isProven() {
		return
	}
	close(f.proven)
	f.x.run.Bus.Emit(event.FaultActive{
		Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID,
		Seconds: time.Since(f.began).Seconds(), Evidence: f.facts,
	})
	f.tell(journal.FaultActive, nil)
}

// conclude takes the totals before the revert and closes the question of proof.
func (f *fault) conclude(ctx context.Context) {
	detail := f.doubt(f.lastLook(ctx))
	if detail != "" {
		f.x.result.addTold(verdict.Inconclusive, detail)
	}
	f.x.run.Bus.Emit(event.FaultProven{
		Experiment: f.x.plan.Address, Fault: f.plan.Address, ID: f.record.ID, Proven: detail == "", Detail: detail,
		Evidence: f.facts, Seconds: time.Since(f.began).Seconds(), Source: f.plan.Source,
	})
}

// lastLook is the observation before the revert. One that fails is tried again,
// as the machine may be busy, and for a moment one that misses the evidence of before;
// but not when the phase was ended early: then the revert does not wait.
func (f *fault) lastLook(ctx context.Context) providers.Observation {
	ctx, cancel := context.WithTimeout(ctx, lastLooks)
	defer cancel()
	for began := time.Now(); ; {
		seen, err := f.look(ctx)
		missed := f.isProven() && seen.State == providers.Active && !seen.Proven() && time.Since(began) < lookAtEnd
		if !missed && seen.State != providers.Unknown || isStuck(err) || sleep(ctx, observeEvery) != nil {
			return seen
		}
	}
}

// doubt says why the fault proves nothing; empty when it was seen to have an
// effect, and to have it still when its time was over. One that something
// else has ended, as its own timer does when gameday is suspended, was not there
// for all that was measured; nor was one whose injection took all of its time.
func (f *fault) doubt(last providers.Observation) string {
	stood, late := time.Since(f.began).Round(time.Millisecond), f.took.Round(time.Millisecond)
	var text string
	switch {
	case f.isProven() && (last.State == providers.Absent || last.State == providers.Partial):
		text = fmt.Sprintf("%s was %s %s after its injection, before its revert: something else ended it, and there is no evidence for all of its time", f.plan.Address, last.State, stood)
	case last.State == providers.Absent || last.State == providers.Partial:
		text = fmt.Sprintf("%s was %s %s after its injection and showed no evidence of an effect", f.plan.Address, last.State, stood)
	case !f.isProven():
		text = fmt.Sprintf("%s was in place for %s and showed no evidence of an effect", f.plan.Address, stood)
	case last.State != providers.Active:
		text = fmt.Sprintf("%s could not be seen when its time was over: there is no evidence that it lasted", f.plan.Address)
	case !last.Proven():
		text = fmt.Sprintf("%s showed no evidence of an effect any more %s after its injection, before its revert: there is none that it lasted", f.plan.Address, stood)
	case late >= f.def.Duration:
		text = fmt.Sprintf("%s was in place only after %s, when its %s were over: there is no evidence of an effect in what was measured", f.plan.Address, late, f.def.Duration)
	default:
		return ""
	}
	if last.Detail != "" {
		text += " (" + last.Detail + ")"
	}
	return text
}

func (f *fault) isProven() bool {
	select {
	case <-f.proven:
		return true
	default:
		return false
	}
}

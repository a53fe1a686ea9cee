package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// judgement is the outcome of a condition on some windows.
type judgement struct {
	outcome event.Outcome
	message string
	terms   []event.Term
	samples int64           // of the series that has the fewest
	failed  []event.Failure // where it is broken
}

// judgePhase judges every assertion of a phase that is over and books what is
// not held; a broken one counts as the verdict given. It returns the worst.
func (x *experiment) judgePhase(phase resolve.Phase, broken verdict.Verdict) verdict.Verdict {
	worst := verdict.Passed
	for _, a := range x.def.Asserts {
		if !slices.Contains(a.Phases, phase) {
			continue
		}
		var judged judgement
		var at time.Duration
		if w := x.watcherOf(a); w != nil {
			judged, at = w.verdict(phase)
		} else {
			judged = x.judgeAssertion(a.Condition, a.MinSamples, func(s *sample.Series) sample.Window { return s.Phase(string(phase)) })
		}
		x.tell(a, phase, judged, at)
		worst = verdict.Worst(worst, x.book(a, phase, judged, broken))
	}
	return worst
}

// book turns a judgement into what it means for the experiment.
func (x *experiment) book(a *resolve.Assert, phase resolve.Phase, j judgement, broken verdict.Verdict) verdict.Verdict {
	v := verdict.Passed
	switch j.outcome {
	case event.Held:
		return v
	case event.Broken:
		v = broken
	case event.TooFew:
		v = verdict.Inconclusive
	default:
		v = verdict.Errored
	}
	x.result.addTold(v, fmt.Sprintf("%s in the %s phase: %s", a.Addr.Local(), phase, j.message))
	return v
}

func (x *experiment) tell(a *resolve.Assert, phase resolve.Phase, j judgement, at time.Duration) {
	out := event.AssertionJudged{
		Experiment: x.plan.Address, Assertion: a.Addr.Local(), Phase: string(phase), Outcome: j.outcome,
		Condition: a.Condition.Text(), Message: j.message, Terms: j.terms, Samples: max(j.samples, 0), Failures: j.failed,
		At: at.Seconds(), Source: x.sourceOf(a.Addr.Local()),
	}
	if a.Window > 0 {
		out.Window = a.Window.String()
	}
	x.told[told{out.Assertion, phase}] = true
	x.run.Bus.Emit(out)
}

// told names a judgement that was reported.
type told struct {
	assertion string
	phase     resolve.Phase
}

// sourceOf is where the plan says that an assertion, stop condition, probe or load stands.
func (x *experiment) sourceOf(address string) event.Source {
	for _, a := range slices.Concat(x.plan.Assertions, x.plan.Stops) {
		if a.Address == address {
			return a.Source
		}
	}
	for _, s := range slices.Concat(x.plan.Probes, x.plan.Loads) {
		if s.Address == address {
			return s.Source
		}
	}
	return x.plan.Source
}

// tellUnjudged says of every assertion in which phases it was not judged, as
// they were not reached.
func (x *experiment) tellUnjudged() {
	if x.def == nil {
		return
	}
	for _, a := range x.def.Asserts {
		for _, phase := range a.Phases {
			if !x.told[told{a.Addr.Local(), phase}] {
				x.tell(a, phase, judgement{outcome: event.NotJudged, message: x.whyUnjudged(phase)}, 0)
			}
		}
	}
}

func (x *experiment) whyUnjudged(phase resolve.Phase) string {
	if phase == resolve.PhaseBaseline && x.def.Baseline == 0 {
		return `there is no baseline: it is "0s"`
	}
	return "the experiment ended before the " + string(phase) + " phase could be judged"
}

// demandProof keeps an experiment from passing by silence: without faults and
// with assertions for other phases only, nothing would have been looked at, and with
// assertions for the baseline only, nothing of what faults do.
func (x *experiment) demandProof() {
	switch {
	case x.result.verdict() != verdict.Passed:
	case len(x.told) == 0:
		x.result.add(verdict.Inconclusive, "no assertion was judged")
	case x.injections > 0 && !x.judgedFaults():
		x.result.add(verdict.Inconclusive, "nothing was judged during the faults or after them, so that what they did to the system is not known")
	}
}

func (x *experiment) judgedFaults() bool {
	for judged := range x.told {
		if judged.phase != resolve.PhaseBaseline {
			return true
		}
	}
	return slices.ContainsFunc(x.watchers, (*watcher).stopJudged)
}

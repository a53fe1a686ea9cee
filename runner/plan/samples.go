package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// RecoveryHold is how long the steady state must hold in the recovery phase: as
// long as the configuration says, and long enough that what is judged there can
// have the samples and the windows that it needs.
func RecoveryHold(e *resolve.Experiment) time.Duration {
	hold := e.Recovery.Hold
	for _, a := range e.Asserts {
		if !slices.Contains(a.Phases, resolve.PhaseRecovery) {
			continue
		}
		hold = max(hold, a.Window)
		if _, interval := slowest(e, a.Condition); interval > 0 {
			hold = max(hold, time.Duration(a.MinSamples)*interval)
		}
	}
	return hold
}

// slowest is the probe with the longest interval among those that a condition
// needs; 0 if it needs none.
func slowest(e *resolve.Experiment, c resolve.Condition) (name string, interval time.Duration) {
	for _, p := range e.Probes {
		if p.Interval > interval && c.Needs(p.Addr.Local()) {
			name, interval = p.Addr.Local(), p.Interval
		}
	}
	return name, interval
}

// sampleFindings warns of what cannot be judged, whatever happens: the experiment
// would end inconclusive after all its time. The recovery phase is stretched
// instead. The fault phase takes as long as faults.
func sampleFindings(e *resolve.Experiment, faults time.Duration) []Finding {
	var out []Finding
	for _, a := range e.Asserts {
		if why := unreached(e, a); why != "" {
			out = append(out, neverJudged(e, a, why))
		} else if detail := unjudgeableAssert(e, a, faults); detail != "" {
			out = append(out, unjudged(a.Addr, a.Range, detail))
		}
	}
	if len(e.Faults) == 0 {
		return out
	}
	for _, stop := range e.Stops {
		if detail := unjudgeable(e, neededByStop(stop), resolve.PhaseFault, faults); detail != "" {
			out = append(out, unjudged(stop.Addr, stop.Range, detail))
		}
	}
	if !judgesFaults(e) {
		out = append(out, nothingJudged(e))
	}
	return out
}

// needs is what a condition needs to be judged.
type needs struct {
	condition  resolve.Condition
	window     time.Duration
	minSamples int
}

func neededByAssert(a *resolve.Assert) needs { return needs{a.Condition, a.Window, a.MinSamples} }

func neededByStop(s *resolve.Stop) needs { return needs{s.Condition, s.Window, s.MinSamples} }

// unjudgeableAssert says why an assertion cannot be judged in one of its phases.
func unjudgeableAssert(e *resolve.Experiment, a *resolve.Assert, faults time.Duration) string {
	detail := ""
	if slices.Contains(a.Phases, resolve.PhaseBaseline) {
		detail = unjudgeable(e, neededByAssert(a), resolve.PhaseBaseline, e.Baseline)
	}
	if detail == "" && len(e.Faults) > 0 && slices.Contains(a.Phases, resolve.PhaseFault) {
		detail = unjudgeable(e, neededByAssert(a), resolve.PhaseFault, faults)
	}
	return detail
}

// unjudgeable says why a condition cannot be judged in a phase; empty if it can be.
func unjudgeable(e *resolve.Experiment, n needs, phase resolve.Phase, length time.Duration) string {
	if n.window > length {
		return fmt.Sprintf("Its window of %s is longer than the %s phase of %s.", n.window, phase, length)
	}
	if n.window > 0 {
		length = n.window
	}
	name, interval := slowest(e, n.condition)
	if interval == 0 {
		return ""
	}
	most := int((length + interval - 1) / interval)
	if most >= n.minSamples {
		return ""
	}
	return fmt.Sprintf("%s is sampled every %s, so %s of the %s phase have %d samples, and %d are needed (min_samples). Sample more often, measure longer, or lower min_samples.",
		name, interval, length, phase, most, n.minSamples)
}

// judgesFaults reports whether anything is judged from the first injection on.
func judgesFaults(e *resolve.Experiment) bool {
	return len(e.Stops) > 0 || slices.ContainsFunc(e.Asserts, func(a *resolve.Assert) bool {
		return slices.ContainsFunc(a.Phases, func(p resolve.Phase) bool { return p != resolve.PhaseBaseline })
	})
}

// unreached says why an assertion is judged in no phase at all; empty if it is in
// one.
func unreached(e *resolve.Experiment, a *resolve.Assert) string {
	inBaseline := slices.Contains(a.Phases, resolve.PhaseBaseline)
	switch {
	case len(e.Faults) == 0 && e.Baseline == 0:
		return `Without a fault there is nothing but the baseline, and that is "0s". Add a fault, or give the baseline a time.`
	case len(e.Faults) == 0 && !inBaseline:
		return "Without a fault there is nothing but the baseline, and it is for other phases. Add a fault, or name the baseline."
	case e.Baseline == 0 && inBaseline:
		return `It is for the baseline alone, and that is "0s". Name another phase, or give the baseline a time.`
	default:
		return ""
	}
}

func neverJudged(e *resolve.Experiment, a *resolve.Assert, why string) Finding {
	missing := "baseline"
	if e.Baseline > 0 {
		missing = "fault"
	}
	return Finding{
		Severity: SeverityWarning, Kind: KindSamples, Subject: a.Addr.String(),
		Summary: "Not judged: there is no " + missing,
		Detail:  why,
		Source:  source(a.Range),
	}
}

func unjudged(subject addr.Part, at hcl.Range, detail string) Finding {
	return Finding{
		Severity: SeverityWarning, Kind: KindSamples, Subject: subject.String(),
		Summary: "Cannot be judged: the experiment will be inconclusive",
		Detail:  detail,
		Source:  source(at),
	}
}

func nothingJudged(e *resolve.Experiment) Finding {
	return Finding{
		Severity: SeverityWarning, Kind: KindSamples, Subject: e.Addr.String(),
		Summary: "Nothing is judged after the injection: the experiment will be inconclusive",
		Detail:  "All assertions are for the baseline, and there is no stop condition, so what the faults do is measured and not judged. Add an assertion for the fault or the recovery phase.",
		Source:  experimentSource(e),
	}
}

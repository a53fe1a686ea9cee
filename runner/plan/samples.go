package plan

import (
	"fmt"
	"slices"
	"time"

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
		if _, interval := slowest(e, a); interval > 0 {
			hold = max(hold, time.Duration(a.MinSamples)*interval)
		}
	}
	return hold
}

// slowest is the probe with the longest interval among those that an assertion
// depends on; 0 if it depends on none.
func slowest(e *resolve.Experiment, a *resolve.Assert) (name string, interval time.Duration) {
	series := a.Condition.Series()
	for _, p := range e.Probes {
		if p.Interval > interval && slices.Contains(series, p.Addr.Local()) {
			name, interval = p.Addr.Local(), p.Interval
		}
	}
	return name, interval
}

// sampleFindings warns of assertions that cannot be judged, whatever happens:
// the experiment would end inconclusive after all its time. The recovery phase
// is stretched instead. The fault phase takes as long as faults.
func sampleFindings(e *resolve.Experiment, faults time.Duration) []Finding {
	var out []Finding
	for _, a := range e.Asserts {
		detail := ""
		if why := unreached(e, a); why != "" {
			out = append(out, neverJudged(a, why))
			continue
		}
		if slices.Contains(a.Phases, resolve.PhaseBaseline) {
			detail = unjudgeable(e, a, resolve.PhaseBaseline, e.Baseline)
		}
		if detail == "" && len(e.Faults) > 0 && slices.Contains(a.Phases, resolve.PhaseFault) {
			detail = unjudgeable(e, a, resolve.PhaseFault, faults)
		}
		if detail != "" {
			out = append(out, unjudged(a, detail))
		}
	}
	return out
}

// unjudgeable says why an assertion cannot be judged in a phase; empty if it
// can be.
func unjudgeable(e *resolve.Experiment, a *resolve.Assert, phase resolve.Phase, length time.Duration) string {
	if a.Window > length {
		return fmt.Sprintf("Its window of %s is longer than the %s phase of %s.", a.Window, phase, length)
	}
	if a.Window > 0 {
		length = a.Window
	}
	name, interval := slowest(e, a)
	if interval == 0 {
		return ""
	}
	most := int((length + interval - 1) / interval)
	if most >= a.MinSamples {
		return ""
	}
	return fmt.Sprintf("%s is sampled every %s, so %s of the %s phase have %d samples, and %d are needed (min_samples). Sample more often, measure longer, or lower min_samples.",
		name, interval, length, phase, most, a.MinSamples)
}

// unreached says why an assertion is judged in no phase at all; empty if it is in
// one.
func unreached(e *resolve.Experiment, a *resolve.Assert) string {
	switch {
	case e.Baseline > 0:
		return ""
	case len(e.Faults) == 0:
		return `Without a fault there is nothing but the baseline, and that is "0s". Add a fault, or give the baseline a time.`
	case slices.Contains(a.Phases, resolve.PhaseBaseline):
		return `It is for the baseline alone, and that is "0s". Name another phase, or give the baseline a time.`
	default:
		return ""
	}
}

func neverJudged(a *resolve.Assert, why string) Finding {
	return Finding{
		Severity: SeverityWarning, Kind: KindSamples, Subject: a.Addr.String(),
		Summary: "Not judged: there is no baseline",
		Detail:  why,
		Source:  source(a.Range),
	}
}

func unjudged(a *resolve.Assert, detail string) Finding {
	return Finding{
		Severity: SeverityWarning, Kind: KindSamples, Subject: a.Addr.String(),
		Summary: "Cannot be judged: the experiment will be inconclusive",
		Detail:  detail,
		Source:  source(a.Range),
	}
}

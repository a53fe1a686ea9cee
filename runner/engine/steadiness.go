package engine

import (
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// steadiness judges the assertions of the recovery over one hold after the other.
type steadiness struct {
	x    *experiment
	hold time.Duration
	// breaches are the first broken windows that were found, by assertion: a hold that has one of them in it need not be looked
	// through again.
	breaches map[*resolve.Assert]breach
}

// breach is a window of an assertion in which it did not hold.
type breach struct {
	judgement
	began time.Time
}

// judge judges the hold that ends then. One of which too little is known proves nothing where it holds, and a later one may.
func (s *steadiness) judge(end time.Time) judgedAsserts {
	var out judgedAsserts
	for _, a := range s.x.def.Asserts {
		if !slices.Contains(a.Phases, resolve.PhaseRecovery) {
			continue
		}
		judged := s.x.judgeAssertion(a.Condition, a.MinSamples, func(series *sample.Series) sample.Window {
			return series.Between(end.Add(-s.newest(a)), end)
		})
		if judged.outcome == event.Held && a.Window > 0 {
			judged = s.throughout(a, end)
		}
		out = append(out, judgedAssert{s.unlessMissing(judged, end), a})
	}
	return out
}

// newest is the length of the window that is looked at first: where that one breaks the condition, nothing else matters.
func (s *steadiness) newest(a *resolve.Assert) time.Duration {
	if a.Window > 0 {
		return a.Window
	}
	return s.hold
}

// throughout judges every window of a windowed assertion in the hold, as in the fault phase: steady is what holds for all of it.
func (s *steadiness) throughout(a *resolve.Assert, end time.Time) judgement {
	began := end.Add(-s.hold)
	if known, found := s.breaches[a]; found && !known.began.Before(began) {
		return known.judgement
	}
	w := s.x.watcherOf(a).over(resolve.PhaseRecovery, began, end)
	judged, at := w.verdict(resolve.PhaseRecovery)
	if judged.outcome == event.Broken {
		if s.breaches == nil {
			s.breaches = map[*resolve.Assert]breach{}
		}
		s.breaches[a] = breach{judged, began.Add(at - a.Window)}
	}
	return judged
}

func (s *steadiness) unlessMissing(j judgement, end time.Time) judgement {
	if j.outcome != event.Held {
		return j
	}
	if missing := s.x.measurements.missingBetween(end.Add(-s.hold), end); missing != "" {
		j.outcome, j.message = event.TooFew, missing
	}
	return j
}

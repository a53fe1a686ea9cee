package engine

import (
	"slices"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// look judges the windows that have become whole. A stop condition does not wait
// for that: it is judged on what there is, too.
func (w *watcher) look(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	whole := w.horizon(now)
	w.reconsider(whole)
	if w.phase == "" {
		return
	}
	if w.window == 0 {
		w.judge(now, !whole.Before(now))
		return
	}
	w.slide(whole)
	if w.stop != nil && w.phase != "" && w.until.IsZero() && w.judged.Before(now) && w.isFull(now) {
		w.judge(now, false)
	}
}

// finish judges what is left of a phase that is over and settled: what has not
// been answered by now will not be.
func (w *watcher) finish(phase resolve.Phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.phase != phase || w.phase == "":
	case w.window == 0:
		w.judge(w.until, true)
	default:
		w.slide(w.until)
	}
}

// horizon is the moment up to which all of the series are whole.
func (w *watcher) horizon(now time.Time) time.Time {
	for _, series := range w.series {
		now = series.Horizon(now)
	}
	return now
}

func (w *watcher) isFull(end time.Time) bool { return !end.Add(-w.window).Before(w.since) }

// slide judges the windows that end until then, and after the newest that was
// judged. One answer that comes late can make many whole at once.
func (w *watcher) slide(to time.Time) {
	if !w.until.IsZero() && to.After(w.until) {
		to = w.until
	}
	step := max(w.window/windowSteps, watchAtMost)
	for w.phase != "" && w.judged.Before(to) && !w.isBroken() {
		next := w.judged.Add(step)
		if first := w.since.Add(w.window); next.Before(first) {
			next = first
		}
		if next.After(to) {
			next = to
		}
		w.judged = next
		if w.isFull(next) {
			w.judge(next, true)
		}
	}
}

// isBroken reports whether an assertion needs no more windows, as one broke it. A stop condition that
// is false is not over with: what comes later may make it true.
func (w *watcher) isBroken() bool {
	return w.assert != nil && w.found[w.phase].outcome == event.Broken
}

// judge judges the window that ends then. It is whole when every answer that was due in it is there.
func (w *watcher) judge(end time.Time, whole bool) {
	judged := w.judgement(w.phase, end)
	if w.stop != nil {
		w.trigger(judged, end, whole)
	} else {
		w.note(judged, end)
	}
}

func (w *watcher) judgement(phase resolve.Phase, end time.Time) judgement {
	judge := w.x.judgeAssertion
	if w.stop != nil {
		judge = w.x.judge
	}
	return judge(w.condition, w.minSamples, func(s *sample.Series) sample.Window {
		if w.window == 0 {
			return s.Phase(string(phase))
		}
		return s.Between(end.Add(-w.window), end)
	})
}

// trigger stops the experiment if the stop condition is true.
func (w *watcher) trigger(j judgement, at time.Time, whole bool) {
	if weight(j.outcome) >= weight(w.found[w.phase].outcome) {
		w.found[w.phase] = sighting{j, at.Sub(w.since)}
	}
	if j.outcome != event.Held {
		return
	}
	w.phase = "" // once is enough
	h := &halt{by: w, end: at, whole: whole, StopTriggered: event.StopTriggered{
		Experiment: w.x.plan.Address, Condition: w.stop.Addr.Local(), Expr: w.condition.Text(), Message: j.message,
		Terms: j.terms, At: at.Sub(w.since).Seconds(), Source: w.x.sourceOf(w.stop.Addr.Local()),
	}}
	w.halt = h
	w.x.stopped(h)
}

// weight orders what a stop condition came to by how much it says: that it was true, that it was false, that it could
// not be evaluated, and that it had too few samples.
func weight(o event.Outcome) int {
	return slices.Index([]event.Outcome{event.TooFew, event.Invalid, event.Broken, event.Held}, o)
}

// stopOutcome is what a stop condition came to in the fault phase; empty for an assertion, and where nothing was looked at.
func (w *watcher) stopOutcome() event.Outcome {
	if w.stop == nil {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found[resolve.PhaseFault].outcome
}

// stopJudged reports whether a stop condition was true or false at any time.
func (w *watcher) stopJudged() bool { return weight(w.stopOutcome()) >= weight(event.Broken) }

// hasStopped reports whether a stop condition was true.
func (w *watcher) hasStopped() bool { return w.stopOutcome() == event.Held }

// verdict is what the watcher found in a phase that is over and settled.
func (w *watcher) verdict(phase resolve.Phase) (judgement, time.Duration) {
	w.finish(phase)
	w.mu.Lock()
	defer w.mu.Unlock()
	found, ok := w.found[phase]
	if !ok {
		return judgement{outcome: event.TooFew, message: "no window of " + w.window.String() + " was full before the phase ended"}, 0
	}
	if found.outcome == event.Held && w.assert != nil {
		found = w.held(found)
	}
	return found.judgement, found.at
}

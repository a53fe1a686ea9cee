package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// watchAtMost is the least time between two looks of the watchers: what arrives
// in between is seen by the next look. It bounds both their cost and how late a
// breach is seen.
const watchAtMost = 5 * time.Millisecond

// watcher judges a condition on a sliding window, again whenever one of its
// series has a new point: a windowed assertion, or a stop condition.
type watcher struct {
	x          *experiment
	assert     *resolve.Assert // nil for a stop condition
	stop       *resolve.Stop
	condition  resolve.Condition
	window     time.Duration // 0: the phase so far
	minSamples int

	mu    sync.Mutex
	phase resolve.Phase // being watched; empty for none
	since time.Time     // of the phase's beginning
	found map[resolve.Phase]sighting
}

// sighting is what a watcher found in a phase: the first window that broke the
// condition, or else the newest that had enough samples.
type sighting struct {
	judgement
	at time.Duration // since the phase began
}

// bindWatchers makes the watchers of the experiment.
func (x *experiment) bindWatchers() {
	for _, a := range x.def.Asserts {
		if a.Window > 0 {
			x.watchers = append(x.watchers, &watcher{x: x, assert: a, condition: a.Condition, window: a.Window, minSamples: a.MinSamples, found: map[resolve.Phase]sighting{}})
		}
	}
	for _, s := range x.def.Stops {
		x.watchers = append(x.watchers, &watcher{x: x, stop: s, condition: s.Condition, window: s.Window, minSamples: s.MinSamples, found: map[resolve.Phase]sighting{}})
	}
}

func (x *experiment) watcherOf(a *resolve.Assert) *watcher {
	return find(x.watchers, func(w *watcher) bool { return w.assert == a })
}

// longestWindow is how far back any condition looks.
func (x *experiment) longestWindow() time.Duration {
	longest := plan.RecoveryHold(x.def)
	for _, w := range x.watchers {
		longest = max(longest, w.window)
	}
	return longest
}

// beginWatchers points the watchers at a phase; those that it does not concern
// rest. An empty phase lets all rest.
func (x *experiment) beginWatchers(phase resolve.Phase, at time.Time) {
	for _, w := range x.watchers {
		w.mu.Lock()
		w.phase, w.since = "", at
		if w.stop != nil && phase == resolve.PhaseFault || w.assert != nil && slices.Contains(w.assert.Phases, phase) {
			w.phase = phase
		}
		w.mu.Unlock()
	}
}

// notify tells the watchers of a new point. It never blocks: the sampler calls
// it for every sample.
func (x *experiment) notify(string) {
	select {
	case x.news <- struct{}{}:
	default:
	}
}

// watch runs the watchers until ctx ends.
func (x *experiment) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.news:
		}
		for _, w := range x.watchers {
			w.look(time.Now())
		}
		if sleep(ctx, watchAtMost) != nil {
			return
		}
	}
}

// look judges the window that ends now, if it is full.
func (w *watcher) look(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	from := now.Add(-w.window)
	if w.phase == "" || w.found[w.phase].outcome == event.Broken || w.window > 0 && from.Before(w.since) {
		return
	}
	judged := w.x.judge(w.condition, w.minSamples, func(s *sample.Series) sample.Window {
		if w.window == 0 {
			return s.Phase(string(w.phase))
		}
		return s.Between(from, now)
	})
	switch {
	case w.stop != nil:
		w.trigger(judged, now)
	case judged.outcome == event.TooFew && w.found[w.phase].outcome != "":
		// a gap in one window does not undo what others have shown
	default:
		w.found[w.phase] = sighting{judged, now.Sub(w.since)}
	}
}

// trigger stops the experiment if the stop condition is true.
func (w *watcher) trigger(j judgement, now time.Time) {
	if j.outcome != event.Held {
		return
	}
	w.phase = "" // once is enough
	w.x.stopped(&event.StopTriggered{
		Experiment: w.x.plan.Address, Condition: w.stop.Addr.Local(), Expr: w.condition.Text(), Message: j.message,
		Terms: j.terms, At: now.Sub(w.since).Seconds(), Source: w.x.sourceOf(w.stop.Addr.Local()),
	})
}

// verdict is what the watcher found in a phase.
func (w *watcher) verdict(phase resolve.Phase) (judgement, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found, ok := w.found[phase]
	if !ok {
		return judgement{outcome: event.TooFew, message: "no window of " + w.window.String() + " was full before the phase ended"}, 0
	}
	return found.judgement, found.at
}

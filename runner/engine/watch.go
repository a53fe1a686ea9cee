package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/runner/plan"
	"github.com/gameday-dev/gameday/runner/sample"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// watchAtMost is the least time between two looks of the watchers: what arrives
// in between is seen by the next look. It bounds both their cost and how late a
// breach is seen.
const watchAtMost = 5 * time.Millisecond

// windowSteps is how many windows are judged in the time of one. They are close
// enough together that what fills a good part of a window is in one of them.
const windowSteps = 20

// watcher judges a condition on a sliding window: a windowed assertion, or a
// stop condition. An answer counts where it was due, so that a window is whole
// only when everything due in it has been answered or given up: until then,
// those that hang are missing in it, and they are the ones that matter.
type watcher struct {
	x          *experiment
	assert     *resolve.Assert // nil for a stop condition
	stop       *resolve.Stop
	condition  resolve.Condition
	series     []*sample.Series // that the condition itself depends on: its message waits for nothing
	window     time.Duration    // 0: the phase so far
	minSamples int

	mu     sync.Mutex
	phase  resolve.Phase // being watched; empty for none
	since  time.Time     // of the phase's beginning
	until  time.Time     // its end; zero while it lasts
	judged time.Time     // end of the newest whole window that was judged
	gaps   gaps          // of an assertion, in the phase
	found  map[resolve.Phase]sighting
	halt   *halt // how a stop condition came true
}

// sighting is what a watcher found in a phase: the first window that broke the
// condition, or else the newest of which that can't be said, or else the newest that had
// enough samples. A stop condition is to be broken: that it was once outweighs all but that it holds.
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

// aimWatchers gives the watchers their series, once those are there.
func (x *experiment) aimWatchers() {
	for _, w := range x.watchers {
		for _, name := range w.condition.Series() {
			if w.condition.Needs(name) {
				w.series = append(w.series, x.measurements.series[name])
			}
		}
	}
}

// over is a watcher of the same condition that looks at nothing but that time, which is settled.
func (w *watcher) over(phase resolve.Phase, from, to time.Time) *watcher {
	return &watcher{
		x: w.x, assert: w.assert, condition: w.condition, series: w.series, window: w.window, minSamples: w.minSamples,
		phase: phase, since: from, until: to, judged: from, gaps: gaps{known: from}, found: map[resolve.Phase]sighting{},
	}
}

func (x *experiment) watcherOf(a *resolve.Assert) *watcher {
	return find(x.watchers, func(w *watcher) bool { return w.assert == a })
}

// lookback is how far back any condition looks: a window that ends when the
// slowest sample was due, which may be given up a moment after its time-out.
func (x *experiment) lookback() time.Duration {
	window, timeout := plan.RecoveryHold(x.def), time.Duration(0)
	for _, w := range x.watchers {
		window = max(window, w.window)
	}
	for _, p := range x.def.Probes {
		timeout = max(timeout, p.Timeout+delivery(p.From))
	}
	for _, l := range x.def.Loads {
		timeout = max(timeout, l.Timeout+delivery(l.From))
	}
	return window + timeout + settleMargin
}

// beginWatchers points the watchers at a phase; those that it does not concern
// rest.
func (x *experiment) beginWatchers(phase resolve.Phase, at time.Time) {
	for _, w := range x.watchers {
		w.begin(phase, at)
	}
}

// endWatchers ends the phase. What was due in it is judged as it comes in.
func (x *experiment) endWatchers(at time.Time) {
	for _, w := range x.watchers {
		w.mu.Lock()
		w.until = at
		w.mu.Unlock()
	}
}

func (w *watcher) begin(phase resolve.Phase, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.phase, w.since, w.until, w.judged, w.gaps = "", at, time.Time{}, at, gaps{known: at}
	if w.stop != nil && phase == resolve.PhaseFault || w.assert != nil && slices.Contains(w.assert.Phases, phase) {
		w.phase = phase
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

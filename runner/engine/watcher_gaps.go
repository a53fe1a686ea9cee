package engine

import (
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
)

// gaps is what is in no window that had enough samples. A moment is in many windows, so that a short gap in the
// samples leaves none: those around it have enough.
type gaps struct {
	known time.Time // what is before is in a window that had enough, or counted as missing
	sum   time.Duration
	few   sighting // the newest window that had too few samples
}

// fill notes a window that had enough.
func (g *gaps) fill(from, to time.Time) {
	if from.After(g.known) {
		g.sum += from.Sub(g.known)
	}
	g.known = to
}

// note keeps what a window of an assertion came to.
func (w *watcher) note(j judgement, end time.Time) {
	seen := sighting{j, end.Sub(w.since)}
	known := w.found[w.phase].outcome
	if j.outcome == event.TooFew {
		w.gaps.few = seen
	} else {
		w.gaps.fill(end.Add(-w.window), end)
	}
	switch {
	case j.outcome == event.TooFew && known != "":
		// a gap in one window does not undo what others have shown; whether it was a short one is asked at the end
	case j.outcome == event.Held && known == event.Invalid:
		// nor does one that holds make up for one that says nothing
	default:
		w.found[w.phase] = seen
	}
}

// held is an assertion that held in every window that had enough samples: that says something only where nearly all of
// the phase is in such windows.
func (w *watcher) held(found sighting) sighting {
	missing, whole := w.gaps, w.until.Sub(w.since)
	missing.fill(w.until, w.until)
	if missing.few.outcome == "" || float64(missing.sum) <= (1-minDelivered)*float64(whole) {
		return found
	}
	few := missing.few
	few.message = fmt.Sprintf("%s of the %s are in no window of %s with enough samples (at least %.0f %% must be): %s",
		missing.sum.Round(roundedTo), whole.Round(roundedTo), w.window, 100*minDelivered, few.message)
	return few
}

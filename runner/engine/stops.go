package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// halt is a stop condition that came true.
type halt struct {
	event.StopTriggered

	by    *watcher
	end   time.Time  // of the window in which it did
	whole bool       // every answer that was due in it was there
	again *judgement // of the same window once it is whole; nil before
	told  bool       // it was booked
}

// stopped ends the phase for a stop condition that came true. The first does; what else came true is booked afterwards.
func (x *experiment) stopped(h *halt) {
	select {
	case x.stop <- h:
	default:
	}
}

// bookStop tells of a broken stop condition and lets it fail the experiment. Where answers were missing, those that are
// slow may be the good ones: then it is enough to stop, and to fail only once they are there.
func (x *experiment) bookStop(h *halt) {
	h.told = true
	x.run.Bus.Emit(h.StopTriggered)
	if h.whole {
		x.result.addTold(verdict.Failed, h.Message)
	} else {
		x.doubted = append(x.doubted, h)
	}
}

// bookLateStops books the stop conditions that came true in the fault phase without ending it: another one had, or it was seen
// only when that was over, at the very end or by answers that came later. There is nothing to stop any more, but each is true
// all the same: what comes of one that rests on too little must not be what comes of one that is certain.
func (x *experiment) bookLateStops() {
	for _, w := range x.watchers {
		if w.stop != nil {
			w.finish(resolve.PhaseFault)
		}
		if h := w.cameTrue(); h != nil && !h.told {
			x.bookStop(h)
		}
	}
	x.bookIdleStops()
	for _, h := range x.doubted {
		x.bookDoubted(h)
	}
}

// bookDoubted judges again what was judged before all answers were there.
func (x *experiment) bookDoubted(h *halt) {
	again := h.by.again(h)
	if again.outcome == event.Held {
		x.result.addTold(verdict.Failed, h.Message)
		return
	}
	x.against(h.Condition, verdict.Inconclusive, fmt.Sprintf(
		"%s was true by the answers that were there %s after the fault phase began, and the faults were reverted for it; with those that came later it was not%s. What the faults would have done is not known",
		h.Condition, time.Duration(h.At*float64(time.Second)).Round(time.Millisecond), again.why()))
}

// cameTrue is how a stop condition came true; nil for one that did not.
func (w *watcher) cameTrue() *halt {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.halt
}

// reconsider judges the window in which a stop condition came true again, as soon as it is whole: after a long revert its
// samples are not kept any more.
func (w *watcher) reconsider(whole time.Time) {
	if h := w.halt; h != nil && !h.whole && h.again == nil && w.window > 0 && !whole.Before(h.end) {
		judged := w.judgement(resolve.PhaseFault, h.end)
		h.again = &judged
	}
}

// again is what that came to, when all is settled. Without a window it is of the fault phase, which the stop has ended.
func (w *watcher) again(h *halt) judgement {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h.again == nil {
		judged := w.judgement(resolve.PhaseFault, h.end)
		h.again = &judged
	}
	return *h.again
}

// why says in brackets what a judgement rests on; empty where there is nothing to say.
func (j judgement) why() string {
	parts := make([]string, len(j.terms))
	for i, term := range j.terms {
		parts[i] = term.Expr + " was " + term.Value
	}
	if j.outcome != event.Broken && j.message != "" {
		parts = []string{j.message}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// bookIdleStops books stop conditions that were never judged: they would not have stopped anything, and the faults were
// let on because of them. Where another one has stopped the faults, that is what there is to say.
func (x *experiment) bookIdleStops() {
	if slices.ContainsFunc(x.watchers, (*watcher).hasStopped) {
		return
	}
	for _, w := range x.watchers {
		if w.stop != nil && !w.stopJudged() {
			x.bookIdleStop(w)
		}
	}
}

func (x *experiment) bookIdleStop(w *watcher) {
	judged, _ := w.verdict(resolve.PhaseFault)
	v := verdict.Inconclusive
	if judged.outcome == event.Invalid {
		v = verdict.Errored
	}
	address := w.stop.Addr.Local()
	x.against(address, v, fmt.Sprintf("%s was never judged in the fault phase: %s", address, judged.message))
}

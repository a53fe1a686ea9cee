package sample

import (
	"fmt"
	"sync/atomic"
	"time"
)

// missed reports whether a sample that is late by so much says something of the
// sampler and nothing of the target. One that is sent when its answer should have
// timed out already is not the sample that was due. One that is refused because
// too many are in flight, and that late, came in a burst with others: the sampler
// was away, and the target could not have answered those before it meanwhile. A busy
// machine is late by less: what is refused then is the target's.
func (t Task) missed(late time.Duration, full bool) bool {
	return late > t.Timeout || full && late > max(t.Interval, grace)
}

// excuse is a failed point as a lost one, when it took much longer than the sampler
// lets anything take: the timers that should have ended it did not run, so whatever
// read the answer did not either.
func (t Task) excuse(p Point, took time.Duration) Point {
	if p.OK || p.Lost || took <= t.Timeout+2*grace {
		return p
	}
	return lostPoint(p.Due, took)
}

// lose records a sample that gameday was too late for.
func (r *run) lose(e *entry, due time.Time, late time.Duration) {
	r.settle(e, new(atomic.Bool), lostPoint(due, late))
}

func lostPoint(due time.Time, held time.Duration) Point {
	return Point{Due: due, Lost: true, Error: fmt.Sprintf("gameday was held up for %s", held.Round(time.Millisecond))}
}

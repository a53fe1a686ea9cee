package sample

import (
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// tally adds up the points of one span of time.
type tally struct {
	offered   int64 // points, sent or not
	count     int64 // points that count as samples
	success   int64
	latencies distribution
	latency   extent // in nanoseconds
	value     extent
	valueDue  time.Time
	lastValue float64
	last      Point // newest by due time; zero while count is 0
	failed    Point // newest failed one, sent or not
	failures  failures
	lost      int64 // points that measured nothing
	gone      Point // newest lost one; of a load, newest that was not sent
}

// extent is the range and the mean of numbers. The zero extent is of none.
type extent struct {
	n        int64
	min, max float64
	sum      float64
}

func (e *extent) add(x float64) {
	if e.n == 0 {
		e.min, e.max = x, x
	}
	e.n++
	e.min, e.max = min(e.min, x), max(e.max, x)
	e.sum += x
}

func (e *extent) mean() float64 { return e.sum / float64(max(e.n, 1)) }

// add counts a point. An offered request that was never sent is no sample of a
// load, which reports it as offered. For a probe it is a failed sample. What was
// lost is neither a sample nor a failure.
func (t *tally) add(p Point, load bool) {
	t.offered++
	if p.Lost {
		t.lose(p)
		return
	}
	if !p.OK && !p.Due.Before(t.failed.Due) {
		t.failed = p
		t.failed.Fields = cty.NilVal
	}
	if load && !p.Sent {
		t.miss(p)
		return
	}
	t.count++
	if p.OK {
		t.success++
	} else {
		t.failures.add(p.Error)
	}
	t.latencies.add(p.Latency)
	t.latency.add(float64(p.Latency))
	t.addValue(p)
	if t.count == 1 || !p.Due.Before(t.last.Due) {
		t.last = p
	}
}

func (t *tally) lose(p Point) {
	t.lost++
	t.miss(p)
}

func (t *tally) miss(p Point) {
	if !p.Due.Before(t.gone.Due) {
		t.gone = p
	}
}

func (t *tally) addValue(p Point) {
	if p.Value == nil {
		return
	}
	if t.value.n == 0 || !p.Due.Before(t.valueDue) {
		t.valueDue, t.lastValue = p.Due, *p.Value
	}
	t.value.add(*p.Value)
}

// frozen is a copy that later points do not change.
func (t *tally) frozen() tally {
	out := *t
	out.latencies = t.latencies.frozen()
	out.failures = slices.Clone(t.failures)
	return out
}

package sample

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// attempt takes one sample. Whatever the prober does, one point is recorded,
// unless the run has ended: by the prober's answer, or when it has not given
// one in good time.
func (r *run) attempt(e *entry, due time.Time) {
	defer e.flying.Add(-1)
	began := time.Now()
	late := began.Sub(due)
	if e.task.missed(late, false) {
		r.lose(e, due, late)
		return
	}
	r.counters.started(late)
	settled := new(atomic.Bool)
	abandon := time.AfterFunc(e.task.Timeout+grace, func() {
		p := Point{Due: due, Latency: time.Since(due), Sent: true, Error: overdue(e.task.Timeout)}
		r.settle(e, settled, e.task.excuse(p, time.Since(began)))
	})
	defer abandon.Stop()

	ctx, cancel := context.WithTimeout(r.ctx, e.task.Timeout)
	defer cancel()
	got := r.take(ctx, e)
	latency := time.Since(due)
	if got.Took > 0 {
		latency = late + got.Took
	}
	r.settle(e, settled, e.task.excuse(point(got, due, latency), time.Since(began)))
}

// point is a prober's sample in a series. Its latency counts from when it was due,
// wherever it was measured.
func point(got providers.Sample, due time.Time, latency time.Duration) Point {
	return Point{
		Due: due, Latency: latency, Sent: true, Lost: got.Lost,
		OK: got.OK, Error: got.Error, Value: got.Value, Fields: got.Fields,
	}
}

// take is the prober's sample. A panic says nothing of the target: its sample is lost, and the first one fails the run.
func (r *run) take(ctx context.Context, e *entry) (got providers.Sample) {
	defer func() {
		if reason := recover(); reason != nil {
			err := fmt.Errorf("the probe panicked, which is a bug of its provider: %v", reason)
			if e.panics.Add(1) == 1 {
				r.fail(fmt.Errorf("%s: %w", e.task.Series.Name(), err))
			}
			got = providers.Sample{Lost: true, Error: err.Error()}
		}
	}()
	return e.task.Prober.Sample(ctx)
}

// refuse records a sample that could not be sent.
func (r *run) refuse(e *entry, due time.Time, flying int32) {
	text := fmt.Sprintf("not sent: %d still in flight", flying)
	r.settle(e, new(atomic.Bool), Point{Due: due, Latency: e.task.Timeout, Error: text})
}

// settle records a point unless that has been done, or drops it when the run
// has ended: what was cut off measured nothing.
func (r *run) settle(e *entry, settled *atomic.Bool, p Point) {
	if settled.Swap(true) {
		return
	}
	defer r.flying.Done()
	if r.ctx.Err() != nil {
		e.task.Series.forget(p.Due)
		return
	}
	e.task.Series.Record(p)
	r.onPoint(e.task.Series.Name())
}

func overdue(timeout time.Duration) string {
	return fmt.Sprintf("no answer within %s, and the probe did not stop", timeout)
}

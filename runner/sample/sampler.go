package sample

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// grace is how long a prober may take to return after its context has ended.
// One that takes longer breaks its contract and is waited for no more.
const grace = time.Second

// A Task is one probe to be sampled: by a prober when the sampler says so, or by
// a streamer that keeps the schedule itself.
type Task struct {
	Series   *Series
	Prober   providers.Prober   // nil with a Streamer
	Streamer providers.Streamer // nil with a Prober
	Interval time.Duration      // between the moments at which samples are due; positive
	Timeout  time.Duration      // of one sample, from its start; positive
}

// limit is how many samples of the task may be in flight. One that answers
// within its time-out never has more.
func (t Task) limit() int {
	return int((t.Timeout+t.Interval-1)/t.Interval) + 1
}

func (t Task) check() error {
	if t.Interval <= 0 || t.Timeout <= 0 {
		return fmt.Errorf("%s: interval and timeout must be positive, got %s and %s", t.Series.Name(), t.Interval, t.Timeout)
	}
	return nil
}

// A Sampler samples probes on an open schedule: each sample is sent when it is
// due, however many before it still wait for their answer. The zero Sampler is
// ready for use, and may run several times at once.
type Sampler struct{ counters counters }

// Stats says how well the sampler has kept its schedules so far.
func (s *Sampler) Stats() Stats { return s.counters.stats() }

// Run samples the tasks until ctx ends, and then returns nil as soon as every
// prober has let go, which it should at once, or after one second. What was in
// flight when ctx ended measured nothing and is not recorded; use Settle before
// to have it all. OnPoint is told the name of a series after each point, from
// many goroutines; nil for none.
//
// The k-th sample of a task is due k intervals after its first, exactly: a
// sample that is sent late does not shift those after it. The first ones are
// spread evenly over the first interval, in the order of the tasks, so that a
// thousand probes do not fire together. A probe with as many samples in flight
// as its time-out can explain, and one more, gets no further ones: they are
// recorded as failed and not sent, with the time-out as their latency, which
// is the least that they would have taken. What the sampler itself was too late
// for, because this process or its machine stood still, is recorded as lost. The
// error is that of streamers that could not go on, and of probers that panicked; the
// other tasks are not held up by it.
func (s *Sampler) Run(ctx context.Context, tasks []Task, onPoint func(name string)) error {
	for _, task := range tasks {
		if err := task.check(); err != nil {
			return err
		}
	}
	if onPoint == nil {
		onPoint = func(string) {}
	}
	r := &run{ctx: ctx, counters: &s.counters, onPoint: onPoint}
	own, streams := newSchedule(tasks, time.Now()).split()
	for _, entry := range own {
		entry.task.Series.await(entry.due)
	}
	r.stream(streams)
	r.keep(own)
	r.drain(append(own, streams...))
	return r.failed()
}

// run is one Run of a sampler.
type run struct {
	ctx      context.Context
	counters *counters
	onPoint  func(name string)
	flying   sync.WaitGroup

	mu     sync.Mutex
	broken []error // of streamers, and the first panic of each prober
}

// keep launches each sample when it is due, until the context ends.
func (r *run) keep(plan schedule) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for len(plan) > 0 {
		select {
		case <-r.ctx.Done():
			return
		case <-timer.C:
		}
		for now := time.Now(); !plan.next().After(now); {
			entry, due := plan.take()
			r.launch(entry, due)
		}
		timer.Reset(time.Until(plan.next()))
	}
	<-r.ctx.Done()
}

func (r *run) launch(e *entry, due time.Time) {
	e.task.Series.launch(due, e.due)
	r.flying.Add(1)
	n, late := e.flying.Load(), time.Since(due)
	switch {
	case e.task.missed(late, int(n) >= e.limit):
		go r.lose(e, due, late)
	case int(n) >= e.limit:
		r.counters.unsent.Add(1)
		go r.refuse(e, due, n)
	default:
		e.flying.Add(1)
		go r.attempt(e, due)
	}
}

// drain waits for the samples in flight.
func (r *run) drain(plan schedule) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.flying.Wait()
	}()
	select {
	case <-done:
	case <-time.After(grace):
	}
	for _, entry := range plan {
		entry.task.Series.finish()
	}
}

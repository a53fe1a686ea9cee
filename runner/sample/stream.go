package sample

import (
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// stream starts the tasks that keep their own schedule. Their series are whole up
// to where the streamer says so, however long what it measured is under way.
func (r *run) stream(streams schedule) {
	for _, e := range streams {
		e.task.Series.await(e.due)
		r.flying.Go(func() { r.follow(e) })
	}
}

// follow takes what a streamer delivers until it ends.
func (r *run) follow(e *entry) {
	defer func() {
		if reason := recover(); reason != nil {
			r.fail(fmt.Errorf("%s: the probe panicked, which is a bug of its provider: %v", e.task.Series.Name(), reason))
		}
	}()
	err := e.task.Streamer.Stream(r.ctx, providers.StreamRequest{
		Delay:    time.Until(e.due),
		Interval: e.task.Interval,
		Report:   func(got providers.TimedSample) { r.deliver(e, got) },
		Complete: e.task.Series.await,
	})
	if err == nil && r.ctx.Err() == nil {
		err = errors.New("it ended before it was told to")
	}
	if err != nil && r.ctx.Err() == nil {
		r.fail(fmt.Errorf("%s: %w", e.task.Series.Name(), err))
	}
}

// deliver records what a streamer measured, unless the run has ended.
func (r *run) deliver(e *entry, got providers.TimedSample) {
	if r.ctx.Err() != nil {
		return
	}
	p := point(got.Sample, got.Due, got.Late+got.Took)
	if p.Sent = !got.Unsent; got.Unsent {
		r.counters.unsent.Add(1)
		p.Latency = e.task.Timeout
	} else if !p.Lost {
		r.counters.started(got.Late)
	}
	e.task.Series.Record(p)
	r.onPoint(e.task.Series.Name())
}

func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = append(r.broken, err)
}

func (r *run) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.broken...)
}

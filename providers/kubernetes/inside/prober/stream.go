package prober

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// Limits on what is kept of one stream while it cannot be delivered: a load of
// 1,000 requests a second for as long as an API server is away, or large answers.
const (
	keepBytes   = 24 << 20
	sampleBytes = 160     // of a sample without text
	batchBytes  = 1 << 20 // of one delivery, before one more sample is added
)

// runner measures for a stream until ctx ends. It calls due for each moment of
// its schedule, and done for each of those once.
type runner interface {
	run(ctx context.Context, start wire.Start, st *stream) error
	close()
}

// stream is a probe or a load, with what it has measured and nobody has taken.
type stream struct {
	id     string
	began  time.Time // of the server
	runner runner
	cancel context.CancelFunc

	mu      sync.Mutex
	started bool
	stopped bool
	ended   bool          // nothing more will be measured
	pending wire.Delivery // grows until it is cut
	size    int           // of pending
	queue   []queued      // cut, oldest first
	kept    int           // bytes in queue and pending
	flights flights
	last    map[string]json.RawMessage // fields of the newest sample
}

// queued is a delivery and what it takes.
type queued struct {
	wire.Delivery

	size int
}

func newStream(id string, began time.Time, r runner) *stream {
	return &stream{id: id, began: began, runner: r, cancel: func() {}, pending: wire.Delivery{ID: id, Seq: 1}}
}

// start begins to measure, once.
func (st *stream) start(group *sync.WaitGroup, m wire.Start) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.started || st.stopped {
		return
	}
	st.started = true
	ctx, cancel := context.WithCancel(context.Background())
	st.cancel = cancel
	group.Go(func() {
		defer cancel()
		st.end(st.runner.run(ctx, m, st))
		st.runner.close()
	})
}

// stop ends the measuring.
func (st *stream) stop() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.started && !st.stopped {
		st.runner.close()
		st.finish(nil)
	}
	st.stopped = true
	st.cancel()
}

func (st *stream) end(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.finish(err)
}

func (st *stream) finish(err error) {
	st.ended = true
	text := ""
	if err != nil {
		text = err.Error()
	}
	st.pending.Ended = &text
}

// due notes that something is due now, and when the next one will be.
func (st *stream) due(at, next time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.flights.launch(at.Sub(st.began), next.Sub(st.began))
}

// done takes what became of it.
func (st *stream) done(s wire.Sample) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.flights.land(s.Due)
	s.Fields = st.shared(s.Fields)
	if st.size > batchBytes {
		st.cut()
	}
	cost := sampleBytes + len(s.Error) + st.cost(s.Fields)
	st.last = s.Fields
	st.pending.Samples = append(st.pending.Samples, s)
	st.size += cost
	st.kept += cost
	st.shrink()
}

// shared is fields that are held once for all samples that have the same.
func (st *stream) shared(fields map[string]json.RawMessage) map[string]json.RawMessage {
	for name, text := range fields {
		if last, found := st.last[name]; found && bytes.Equal(last, text) {
			fields[name] = last
		}
	}
	return fields
}

// cost is what fields take beyond those of the sample before.
func (st *stream) cost(fields map[string]json.RawMessage) int {
	size := 0
	for name, text := range fields {
		if last := st.last[name]; len(text) > 0 && (len(last) == 0 || &last[0] != &text[0]) {
			size += len(text)
		}
	}
	return size
}

// cut makes a delivery of what is pending.
func (st *stream) cut() {
	st.pending.Complete = st.flights.complete()
	st.queue = append(st.queue, queued{st.pending, st.size})
	st.pending, st.size = wire.Delivery{ID: st.id, Seq: st.pending.Seq + 1}, 0
}

// shrink drops the oldest deliveries while too much is kept, and notes in the
// next one that they were there.
func (st *stream) shrink() {
	for st.kept > keepBytes && len(st.queue) > 1 {
		oldest := st.queue[0]
		st.queue, st.kept = st.queue[1:], st.kept-oldest.size
		next := &st.queue[0].Delivery
		next.Dropped = together(oldest.Delivery, next.Dropped)
	}
}

// together is what is gone when a delivery is dropped.
func together(d wire.Delivery, later *wire.Dropped) *wire.Dropped {
	all := d.Dropped
	for _, s := range d.Samples {
		all = extend(all, 1, s.Due, s.Due)
	}
	if later != nil {
		all = extend(all, later.Samples, later.From, later.To)
	}
	return all
}

func extend(d *wire.Dropped, samples int, from, to time.Duration) *wire.Dropped {
	if d == nil {
		return &wire.Dropped{Samples: samples, From: from, To: to}
	}
	return &wire.Dropped{Samples: d.Samples + samples, From: min(d.From, from), To: max(d.To, to)}
}

// after is every delivery with a higher number, what is pending among them.
func (st *stream) after(seq uint64) []wire.Delivery {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.pending.Samples) > 0 || st.pending.Ended != nil || st.news() {
		st.cut()
	}
	var out []wire.Delivery
	for _, q := range st.queue {
		if q.Seq > seq {
			out = append(out, q.Delivery)
		}
	}
	return out
}

// news reports whether the schedule has begun and nobody was told so: the runner
// waits for the first moment too.
func (st *stream) news() bool { return st.flights.scheduled && st.pending.Seq == 1 }

// acknowledge drops what has arrived.
func (st *stream) acknowledge(seq uint64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for len(st.queue) > 0 && st.queue[0].Seq <= seq {
		st.kept -= st.queue[0].size
		st.queue = st.queue[1:]
	}
}

// delivered reports whether the stream is over and nothing of it is left.
func (st *stream) delivered() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.ended && len(st.queue) == 0 && len(st.pending.Samples) == 0 && st.pending.Ended == nil
}

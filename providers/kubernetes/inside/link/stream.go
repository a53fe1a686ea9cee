package link

import (
	"errors"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// stream is a probe or a load of the prober, seen from here.
type stream struct {
	link *Link
	open wire.Open

	opened chan struct{} // closed when the prober has answered
	over   chan struct{} // closed when the stream has ended there

	mu       sync.Mutex
	problems []wire.Problem
	answer   bool
	ended    error // once over is closed
	got      uint64
	sink     *sink // nil: nobody wants what comes
}

// sink is who wants a stream's samples, and how far they have come. All moments
// are in this machine's time.
type sink struct {
	report   func(at time.Time, s wire.Sample)
	complete func(before time.Time)

	first    time.Time     // due time of the first sample
	interval time.Duration // 0 for a load, whose pace only its samples tell
	pace     time.Duration // between the last two of them
	newest   time.Time     // due time of the newest
	told     time.Time     // everything due before was reported
	floor    time.Time     // everything due before was given up
	gap      string        // why nothing is known from told on; empty when the prober will tell
}

func newStream(l *Link, open wire.Open) *stream {
	return &stream{link: l, open: open, opened: make(chan struct{}), over: make(chan struct{})}
}

// answered takes the prober's answer to an Open.
func (s *stream) answered(problems []wire.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.answer {
		s.answer, s.problems = true, problems
		close(s.opened)
		return
	}
	for _, p := range problems {
		if !p.Warning { // of another prober, which took the place of the first
			s.finish(errors.New(p.Summary + ": " + p.Detail))
		}
	}
}

func (s *stream) finish(err error) {
	if !s.isOver() {
		s.ended = err
		close(s.over)
	}
}

func (s *stream) isOver() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

func (s *stream) lastGot() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// restart forgets what was heard of a prober that is gone.
func (s *stream) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = 0
	if s.sink != nil && s.sink.told.After(s.sink.first) {
		s.sink.gap = "the prober pod was replaced"
	}
}

// begin has samples reported from now on.
func (s *stream) begin(to *sink) {
	s.mu.Lock()
	s.sink, to.told = to, to.first
	s.mu.Unlock()
	if start := s.starting(); start != nil {
		s.link.send(wire.Message{Start: start})
	}
}

// quiet has nothing reported any more.
func (s *stream) quiet() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sink = nil
}

// starting says how to begin, or to begin again on the same beat; nil for a stream
// that has not begun.
func (s *stream) starting() *wire.Start {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sink == nil {
		return nil
	}
	return &wire.Start{ID: s.open.ID, Delay: s.sink.untilNext(time.Now()), Interval: s.sink.interval}
}

// untilNext is how long it is until a sample is due.
func (k *sink) untilNext(now time.Time) time.Duration {
	wait := k.first.Sub(now)
	if wait >= 0 || k.interval <= 0 {
		return max(wait, 0)
	}
	return wait%k.interval + k.interval // wait is negative
}

// take takes a delivery.
func (s *stream) take(d wire.Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.Seq <= s.got { // sent again, because the connection broke before it was acknowledged
		return
	}
	s.got = d.Seq
	if s.sink != nil {
		s.sink.take(d, s.link.local)
	}
	if d.Ended != nil {
		s.finish(reason(*d.Ended))
	}
}

func reason(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

func (k *sink) take(d wire.Delivery, local func(time.Duration) time.Time) {
	if k.gap != "" {
		k.fill(local(earliest(d)), k.gap)
		k.gap = ""
	}
	if d.Dropped != nil {
		k.dropped(*d.Dropped, local)
	}
	for _, s := range d.Samples {
		at := local(s.Due)
		if at.Before(k.floor) {
			continue // it was given up, and said to be lost
		}
		if step := at.Sub(k.newest); step > 0 && !k.newest.IsZero() {
			k.pace = step
		}
		if at.After(k.newest) {
			k.newest = at
		}
		k.report(at, s)
	}
	k.reach(local(d.Complete))
}

// earliest is the first moment that a delivery speaks of.
func earliest(d wire.Delivery) time.Duration {
	first := d.Complete
	for _, s := range d.Samples {
		first = min(first, s.Due)
	}
	return first
}

// reach says how far everything is known.
func (k *sink) reach(before time.Time) {
	if before.After(k.told) {
		k.told = before
		k.complete(before)
	}
}

// dropped reports what the prober could not keep as lost, evenly over the time in
// which it was due.
func (k *sink) dropped(d wire.Dropped, local func(time.Duration) time.Time) {
	step := time.Duration(0)
	if d.Samples > 1 {
		step = (d.To - d.From) / time.Duration(d.Samples-1)
	}
	for i := range d.Samples {
		if at := local(d.From + time.Duration(i)*step); !at.Before(k.floor) {
			k.report(at, wire.Sample{Lost: true, Error: "the prober could not keep it while nobody took it"})
		}
	}
}

// fill reports what was due up to a moment, and nobody measured, as lost. Half a
// step before the moment is that moment: two clocks do not agree to the
// nanosecond.
func (k *sink) fill(until time.Time, why string) {
	step := k.step()
	for at := k.told; step > 0 && at.Add(step/2).Before(until); at = at.Add(step) {
		k.report(at, wire.Sample{Lost: true, Error: why})
	}
	k.reach(until)
}

// step is the time between two samples; 0 while it is not known.
func (k *sink) step() time.Duration {
	if k.interval > 0 {
		return k.interval
	}
	return k.pace
}

// giveUp reports as lost what was due too long ago, and no more of it is taken.
func (s *stream) giveUp(now time.Time, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := now.Add(-Keep - s.open.Timeout)
	if s.sink != nil && s.sink.told.Before(limit) {
		s.sink.giveUp(limit, why)
	}
}

func (k *sink) giveUp(limit time.Time, why string) {
	step, next := k.step(), k.told
	for ; step > 0 && next.Before(limit); next = next.Add(step) {
		k.report(next, wire.Sample{Lost: true, Error: why})
	}
	if step == 0 {
		next = limit
	}
	k.floor = next.Add(-step / 2)
	k.reach(next)
}

// drop lets go of the stream.
func (s *stream) drop() {
	s.quiet()
	s.link.remove(s)
}

package sample

import (
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// A Series is everything that one probe or load has measured: totals for each
// phase, and the recent points for sliding windows. It is safe for use by many
// goroutines.
type Series struct {
	name   string
	fields cty.Type
	load   bool
	answer time.Duration // within which a request of a load is answered or has timed out; 0: unknown

	mu      sync.Mutex
	recent  recent
	phases  timeline
	flights flights
}

// NewSeries makes a probe's series. Fields is the probe's SampleType
// (cty.EmptyObject for none); keep is how far back from the newest point
// Between must be able to look: the longest window and the time-out together.
func NewSeries(name string, fields cty.Type, keep time.Duration) *Series {
	return &Series{name: name, fields: fields, recent: recent{keep: max(keep, 0)}}
}

// NewLoadSeries makes a load's series. In it, what was never sent counts as
// offered only: neither as a sample nor towards latencies and success.
func NewLoadSeries(name string, keep time.Duration) *Series {
	return &Series{name: name, fields: cty.EmptyObject, load: true, recent: recent{keep: max(keep, 0)}}
}

// AnsweredWithin says how long after it was due a request of this load may be
// reported: its time-out. It lets Settle wait for a generator that tells of nothing
// beforehand. It is called before the load runs, and returns the series.
func (s *Series) AnsweredWithin(timeout time.Duration) *Series {
	s.answer = timeout
	return s
}

// Name is the name that the series was made with.
func (s *Series) Name() string { return s.name }

// Record adds a point to the phase in which it was due. Values that are not
// finite are dropped, negative latencies are taken as zero.
func (s *Series) Record(p Point) {
	p = p.cleaned()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent.add(p)
	s.phases.add(p, s.load)
	s.flights.land(p.Due)
}

// Begin starts a phase: points due at or after that moment belong to it, until
// another begins. Beginnings must be in order of time. The moment may be past,
// by at most one second before the newest point: what was recorded since moves
// to the new phase.
func (s *Series) Begin(phase string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phases.begin(phase, at)
}

// End closes the current phase: points due from then on belong to no phase,
// and are seen by Between only.
func (s *Series) End(at time.Time) { s.Begin("", at) }

// Phase is the window of everything due in a phase so far. A phase that has
// not begun has an empty window.
func (s *Series) Phase(name string) Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	span := s.phases.find(name)
	if span == nil {
		return s.window(tally{}, time.Time{}, time.Time{})
	}
	end := span.end
	if end.IsZero() {
		end = time.Now()
	}
	return s.window(s.phases.total(span, s.load), span.begin, end)
}

// Between is the exact window of the points due in [from, to). Points that are
// still outstanding are not in it: see Settle. It can look back as far as the
// series keeps points.
func (s *Series) Between(from, to time.Time) Window {
	s.mu.Lock()
	points := s.recent.between(from, to)
	t := tally{latencies: distribution{limit: len(points)}}
	for _, p := range points {
		t.add(p, s.load)
	}
	s.mu.Unlock()
	return s.window(t, from, to)
}

func (s *Series) window(t tally, from, to time.Time) Window {
	return Window{tally: t, from: from, to: to, fields: s.fields, load: s.load}
}

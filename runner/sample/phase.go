package sample

import (
	"slices"
	"time"
)

// slack is how much later than its moment a phase may be begun. Whoever begins
// one reads the clock first, and may be held up before every series is told.
const slack = time.Second

// timeline is the phases of a series, in order of their beginning.
type timeline struct {
	spans   []*span
	pending []Point   // too new to be added up: a phase may still begin before them
	newest  time.Time // due time of all points
	swept   time.Time // what was due before has been added up, or came later
}

// span is one phase with what was due in it.
type span struct {
	tally

	name  string
	begin time.Time
	end   time.Time // zero while it lasts
}

func (l *timeline) begin(name string, at time.Time) {
	if n := len(l.spans); n > 0 {
		l.spans[n-1].end = at
	}
	next := &span{name: name, begin: at}
	next.latencies.limit = exactLimit
	l.spans = append(l.spans, next)
}

// add takes a point, and once a second adds up those that have become old.
func (l *timeline) add(p Point, load bool) {
	l.pending = append(l.pending, p)
	if p.Due.After(l.newest) {
		l.newest = p.Due
	}
	if old := l.newest.Add(-slack); old.Sub(l.swept) >= slack {
		l.sweep(old, load)
	}
}

// sweep adds up the points due before a moment.
func (l *timeline) sweep(before time.Time, load bool) {
	l.swept = before
	left := l.pending[:0]
	for _, p := range l.pending {
		if p.Due.Before(before) {
			l.at(p.Due).add(p, load)
		} else {
			left = append(left, p)
		}
	}
	clear(l.pending[len(left):])
	l.pending = left
}

// total is a copy of everything due in a phase.
func (l *timeline) total(s *span, load bool) tally {
	t := s.frozen()
	for _, p := range l.pending {
		if l.at(p.Due) == &s.tally {
			t.add(p, load)
		}
	}
	return t
}

// at is where points due then are added up. Those due before the first phase,
// or in none, are added up where nobody looks.
func (l *timeline) at(due time.Time) *tally {
	for _, s := range slices.Backward(l.spans) {
		if !due.Before(s.begin) && s.name != "" {
			return &s.tally
		}
		if !due.Before(s.begin) {
			break
		}
	}
	return &tally{}
}

// find is the newest phase of that name, or nil.
func (l *timeline) find(name string) *span {
	for _, s := range slices.Backward(l.spans) {
		if s.name == name {
			return s
		}
	}
	return nil
}

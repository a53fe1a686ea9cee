package sample

import (
	"slices"
	"time"
)

// timeline is the phases of a series, in order of their beginning.
type timeline struct{ spans []*span }

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

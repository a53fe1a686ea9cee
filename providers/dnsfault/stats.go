package dnsfault

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// maxNames bounds the names that are counted apart.
const maxNames = 256

// Stats is the evidence of what a forwarder did.
type Stats struct {
	Queries        int64       `json:"queries"`         // messages from clients
	Matched        int64       `json:"matched"`         // that a rule is about, hit by Percent or not
	Answered       int64       `json:"answered"`        // by a rule; with rcode timeout: swallowed
	Forwarded      int64       `json:"forwarded"`       // to a resolver
	UpstreamErrors int64       `json:"upstream_errors"` // forwarded, and no reply came, or none could
	Evicted        int64       `json:"evicted"`         // given up for newer ones, see Spec.InFlight
	Malformed      int64       `json:"malformed"`       // not a plain question; forwarded
	Rules          []RuleStats `json:"rules"`           // in the order of Spec.Rules
}

// RuleStats is the evidence of one rule's effect.
type RuleStats struct {
	ID       string           `json:"id"`
	Matched  int64            `json:"matched"`
	Answered int64            `json:"answered"`
	Names    map[string]int64 `json:"names,omitempty"`  // answered, by name in lower case; at most 256 names
	Others   int64            `json:"others,omitempty"` // answered, with names beyond these
	First    time.Time        `json:"first,omitzero"`   // when it first answered
	Last     time.Time        `json:"last,omitzero"`    // when it last answered
}

type counters struct {
	queries, matched, answered, forwarded, failed, evicted, malformed atomic.Int64
}

// tally collects RuleStats.
type tally struct {
	mu    sync.Mutex
	stats RuleStats
}

func (t *tally) match() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Matched++
}

func (t *tally) answer(name string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.stats
	s.Answered++
	if s.First.IsZero() {
		s.First = now
	}
	s.Last = now
	if s.Names == nil {
		s.Names = make(map[string]int64)
	}
	if _, known := s.Names[name]; !known && len(s.Names) >= maxNames {
		s.Others++
		return
	}
	s.Names[name]++
}

func (t *tally) read(id string) RuleStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.stats
	s.ID, s.Names = id, maps.Clone(s.Names)
	return s
}

// Stats counts so far; it may be called at any time, also after Close.
func (r *Running) Stats() Stats {
	c := &r.counters
	s := Stats{
		Queries: c.queries.Load(), Matched: c.matched.Load(), Answered: c.answered.Load(), Forwarded: c.forwarded.Load(),
		UpstreamErrors: c.failed.Load(), Evicted: c.evicted.Load(), Malformed: c.malformed.Load(),
	}
	for _, rule := range r.rulings {
		s.Rules = append(s.Rules, rule.tally.read(rule.rule.ID))
	}
	return s
}

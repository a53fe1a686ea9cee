package faultproxy

import (
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/wallclock"
)

// activeRule is a rule in force, with what it keeps between the bytes.
type activeRule struct {
	Rule
	tally   *tally
	ended   chan struct{}         // closed when it is removed or replaced
	timer   *wallclock.Timer      // of the deadline; nil without one
	delays  *jitter               // Delay, HTTPDelay
	buckets map[Direction]*bucket // Bandwidth

	replacer *strings.Replacer // HTTPBody
}

func newActiveRule(r Rule, evidence *tally) *activeRule {
	a := &activeRule{Rule: r, tally: evidence, ended: make(chan struct{})}
	switch r.Kind {
	case Delay, HTTPDelay:
		a.delays = newJitter(r)
	case HTTPBody:
		a.replacer = newReplacer(r)
	case Bandwidth:
		now := time.Now()
		a.buckets = map[Direction]*bucket{Egress: newBucket(r, now), Ingress: newBucket(r, now)}
	}
	return a
}

func (a *activeRule) over() bool {
	select {
	case <-a.ended:
		return true
	default:
		return false
	}
}

// end lets go of everything that waits for the rule.
func (a *activeRule) end() {
	if a.timer != nil {
		a.timer.Stop()
	}
	close(a.ended)
}

// ruleSet is what is in force at one time, sorted by where it acts. It never
// changes: a change of rules makes another.
type ruleSet struct {
	all        []*activeRule // in the order of their first Put
	ways       map[Direction]*wayRules
	http       []*activeRule
	resets     []*activeRule
	partitions []*activeRule // of either direction: a handshake would need both
	superseded chan struct{} // closed when another set is in force
}

// wayRules are the stream rules of one direction.
type wayRules struct {
	delays, limits, partitions []*activeRule
}

func newRuleSet(all []*activeRule) *ruleSet {
	s := &ruleSet{all: all, ways: map[Direction]*wayRules{Egress: {}, Ingress: {}}, superseded: make(chan struct{})}
	for _, r := range all {
		switch {
		case r.Kind.http():
			s.http = append(s.http, r)
		case r.Kind == Reset:
			s.resets = append(s.resets, r)
		default:
			s.addStream(r)
		}
		if r.Kind == Partition {
			s.partitions = append(s.partitions, r)
		}
	}
	return s
}

func (s *ruleSet) addStream(r *activeRule) {
	for way, rules := range s.ways {
		if !r.way().covers(way) {
			continue
		}
		switch r.Kind {
		case Delay:
			rules.delays = append(rules.delays, r)
		case Bandwidth:
			rules.limits = append(rules.limits, r)
		case Partition:
			rules.partitions = append(rules.partitions, r)
		}
	}
}

func (s *ruleSet) status() []RuleStatus {
	list := make([]RuleStatus, 0, len(s.all))
	for _, r := range s.all {
		list = append(list, RuleStatus{Rule: r.Rule, Stats: r.tally.read()})
	}
	return list
}

// rides reports whether sessions may be on the express: of these rules none concerns
// them before they speak.
func (s *ruleSet) rides() bool { return len(s.all) == len(s.http)+len(s.resets) }

func (s *ruleSet) find(id string) *activeRule {
	for _, r := range s.all {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// without copies the rules but the one; with nil it copies them all.
func (s *ruleSet) without(gone *activeRule) []*activeRule {
	rest := make([]*activeRule, 0, len(s.all)+1)
	for _, r := range s.all {
		if r != gone {
			rest = append(rest, r)
		}
	}
	return rest
}

// replacing copies the rules with one in the place of another.
func (s *ruleSet) replacing(old, fresh *activeRule) []*activeRule {
	all := s.without(nil)
	for i, r := range all {
		if r == old {
			all[i] = fresh
		}
	}
	return all
}

func (w *wayRules) none() bool {
	return len(w.delays) == 0 && len(w.limits) == 0 && len(w.partitions) == 0
}

// quantum bounds how much is read at a time.
func (w *wayRules) quantum(way Direction) int {
	q := largeBuffer
	for _, r := range w.limits {
		q = min(q, r.buckets[way].quantum())
	}
	return q
}

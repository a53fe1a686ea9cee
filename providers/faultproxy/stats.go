package faultproxy

import (
	"sync"
	"time"
)

// Stats is the evidence of a rule's effect: what it touched so far.
type Stats struct {
	Connections int64     `json:"connections"`    // distinct ones that it acted on
	Bytes       int64     `json:"bytes"`          // delayed or held back; not those that a limit let pass at once
	Requests    int64     `json:"requests"`       // delayed, answered or aborted
	Matched     int64     `json:"matched"`        // requests that matched, hit by Percent or not
	First       time.Time `json:"first,omitzero"` // when it first acted
	Last        time.Time `json:"last,omitzero"`  // when it last acted
}

// RuleStatus is a rule in force with its evidence.
type RuleStatus struct {
	Rule  Rule  `json:"rule"`
	Stats Stats `json:"stats"`
}

// tally collects Stats from many connections.
type tally struct {
	mu    sync.Mutex
	stats Stats
}

// add counts an act on so many new connections, bytes and requests.
func (t *tally) add(connections, bytes, requests int64) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Connections += connections
	t.stats.Bytes += bytes
	t.stats.Requests += requests
	if t.stats.First.IsZero() {
		t.stats.First = now
	}
	t.stats.Last = now
}

// match counts a matching request and returns its number, from 0.
func (t *tally) match() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Matched++
	return t.stats.Matched - 1
}

func (t *tally) read() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stats
}

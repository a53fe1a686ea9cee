package engine

import (
	"slices"
	"sync"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// result collects what speaks against an experiment. Nothing said means passed.
type result struct {
	mu    sync.Mutex
	found []event.Finding
	dirty bool
	mend  []string // commands that undo what is left
}

// add books what speaks against the experiment as a whole. Nothing but its end tells it.
func (r *result) add(v verdict.Verdict, reason string) {
	r.book(event.Finding{Verdict: v, Reason: reason})
}

// addTold books what an event of its own tells: reports must not say it twice.
func (r *result) addTold(v verdict.Verdict, reason string) {
	r.book(event.Finding{Verdict: v, Reason: reason, Told: true})
}

// book keeps a finding, once: what comes again is what was booked before.
func (r *result) book(f event.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := func(other event.Finding) bool { return other.Verdict == f.Verdict && other.Reason == f.Reason }
	if !slices.ContainsFunc(r.found, known) {
		r.found = append(r.found, f)
	}
}

// soil notes that something could not be undone, and the command that would
// undo it; empty when there is none, as for a rollback of the user's own.
func (r *result) soil(reason, mend string) {
	r.addTold(verdict.Errored, reason) // by the event of the revert, or of the action
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = true
	if mend != "" && !slices.Contains(r.mend, mend) {
		r.mend = append(r.mend, mend)
	}
}

func (r *result) verdict() verdict.Verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := []verdict.Verdict{verdict.Passed}
	for _, f := range r.found {
		all = append(all, f.Verdict)
	}
	return verdict.Worst(all...)
}

// findings are those of the verdict first, then the others in the order found.
func (r *result) findings() []event.Finding {
	final := r.verdict()
	r.mu.Lock()
	defer r.mu.Unlock()
	var first, rest []event.Finding
	for _, f := range r.found {
		if f.Verdict == final {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(first, rest...)
}

// reasonsOf is findings in words.
func reasonsOf(findings []event.Finding) []string {
	var reasons []string
	for _, f := range findings {
		reasons = append(reasons, f.Reason)
	}
	return reasons
}

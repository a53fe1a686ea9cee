package engine

import (
	"slices"
	"sync"

	"github.com/gameday-dev/gameday/runner/verdict"
)

// result collects what speaks against an experiment. Nothing said means passed.
type result struct {
	mu    sync.Mutex
	found []finding
	dirty bool
	mend  []string // commands that undo what is left
}

type finding struct {
	verdict verdict.Verdict
	reason  string
}

func (r *result) add(v verdict.Verdict, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.found, finding{v, reason}) {
		r.found = append(r.found, finding{v, reason})
	}
}

// soil notes that something could not be undone, and the command that would
// undo it; empty when there is none, as for a rollback of the user's own.
func (r *result) soil(reason, mend string) {
	r.add(verdict.Errored, reason)
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
		all = append(all, f.verdict)
	}
	return verdict.Worst(all...)
}

// reasons are those of the verdict first, then the others in the order found.
func (r *result) reasons() []string {
	final := r.verdict()
	r.mu.Lock()
	defer r.mu.Unlock()
	var first, rest []string
	for _, f := range r.found {
		if f.verdict == final {
			first = append(first, f.reason)
		} else {
			rest = append(rest, f.reason)
		}
	}
	return append(first, rest...)
}

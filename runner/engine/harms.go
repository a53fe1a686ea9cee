package engine

import (
	"slices"
	"sync"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/plan"
)

// harms is what the run has injected something into, by environment. Only that may
// have been replaced because of the run: any other change of targets is somebody
// else's.
type harms struct {
	mu       sync.Mutex
	families map[string]map[plan.Family]bool
}

// add remembers the targets of a fault that is about to be injected.
func (h *harms) add(environment string, targets []providers.Target) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.families == nil {
		h.families = map[string]map[plan.Family]bool{}
	}
	if h.families[environment] == nil {
		h.families[environment] = map[plan.Family]bool{}
	}
	for _, t := range targets {
		h.families[environment][plan.Harmed(t)] = true
	}
}

// explain reports whether every one of some targets may be there because of what the
// run has done.
func (h *harms) explain(environment string, targets []providers.Target) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !slices.ContainsFunc(targets, func(t providers.Target) bool {
		for family := range h.families[environment] {
			if family.Holds(t) {
				return false
			}
		}
		return true
	})
}

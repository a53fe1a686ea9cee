package kubernetes

import (
	"errors"
	"sync"
)

// errReverted says that an injection comes after its own revert: a call that was held up, of which nobody waits for the end.
var errReverted = errors.New("it was reverted before, so that nothing of it may be done any more")

// reverted are the faults that this process has begun to revert. A revert leaves nothing in the cluster by which an injection
// that comes late could tell.
type reverted struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (r *reverted) add(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids == nil {
		r.ids = map[string]bool{}
	}
	r.ids[id] = true
}

func (r *reverted) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ids[id]
}

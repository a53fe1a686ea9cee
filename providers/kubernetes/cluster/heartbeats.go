package cluster

import (
	"sync"
	"time"
)

// Heartbeats remembers of nodes the heartbeat that was seen first, so that a later look can
// tell that there was another. No clocks are compared: those of other machines may differ.
// None of them (nil) remembers nothing.
type Heartbeats struct {
	mu    sync.Mutex
	first map[string]time.Time // by whatever is waited for; zero where there was another
}

// Changed notes the heartbeat under a name, and reports whether another was noted before.
func (h *Heartbeats) Changed(name string, heartbeat time.Time) bool {
	if h == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if first, noted := h.first[name]; noted {
		return !first.Equal(heartbeat)
	}
	if h.first == nil {
		h.first = map[string]time.Time{}
	}
	h.first[name] = heartbeat
	return false
}

// Prove has every heartbeat from now on be another: it is known in some other way.
func (h *Heartbeats) Prove(name string) {
	if h != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.first == nil {
			h.first = map[string]time.Time{}
		}
		h.first[name] = time.Time{}
	}
}

// Forget has the next heartbeat be the first: what was seen before proves nothing any more.
func (h *Heartbeats) Forget(name string) {
	if h != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.first, name)
	}
}

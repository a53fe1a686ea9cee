package payments

import "sync"

// ledger remembers which orders were charged, so that an order that is sent
// again after a time-out is charged once. It forgets the oldest beyond its size.
type ledger struct {
	mu    sync.Mutex
	known map[string]struct{}
	ring  []string
	next  int
}

func newLedger(size int) *ledger {
	return &ledger{known: make(map[string]struct{}, size), ring: make([]string, size)}
}

// add returns false if id is known already.
func (l *ledger) add(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.known[id]; ok {
		return false
	}
	delete(l.known, l.ring[l.next])
	l.known[id], l.ring[l.next] = struct{}{}, id
	l.next = (l.next + 1) % len(l.ring)
	return true
}

package resolve

import "sync"

// memo makes a value for each key once, and keeps it. It is safe for use from
// several goroutines.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
}

func (m *memo[K, V]) get(key K, build func() V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value, ok := m.known[key]; ok {
		return value
	}
	if m.known == nil {
		m.known = map[K]V{}
	}
	value := build()
	m.known[key] = value
	return value
}

package dnsfault

import (
	"container/list"
	"sync"
)

// flights bounds what is under way. One more ends the oldest: it has waited
// longest, so its client has most likely given up, while refusing the newest
// would be a fault that nobody asked for.
type flights struct {
	limit   int
	evicted func()

	mu     sync.Mutex
	oldest list.List // of func(), the newest at the back
	closed bool
}

// enter takes part; end is called at once when there is no more room, or when
// everything ended. The result leaves.
func (f *flights) enter(end func()) (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		end()
		return func() {}
	}
	if f.oldest.Len() >= f.limit {
		f.endOldest()
		f.evicted()
	}
	place := f.oldest.PushBack(end)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.oldest.Remove(place)
	}
}

func (f *flights) endOldest() {
	if end, ok := f.oldest.Remove(f.oldest.Front()).(func()); ok {
		end()
	}
}

// close ends all, and all that come.
func (f *flights) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for f.oldest.Len() > 0 {
		f.endOldest()
	}
}

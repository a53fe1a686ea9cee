package serve

import (
	"sync"
	"time"
)

// announcer is a generator that tells of each request when it becomes due, and of the moment at which the
// next will be.
type announcer interface {
	Announce(announce func(due, next time.Time))
}

// flights are requests that were due and are not reported yet. From them follows up to which moment everything is.
type flights struct {
	complete func(before time.Time)

	mu   sync.Mutex
	open []time.Time // in the order in which they became due
	done map[time.Time]int
	next time.Time
	told time.Time
}

// due notes a request.
func (f *flights) due(due, next time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = append(f.open, due)
	f.next = next
	f.tell()
}

// landed notes that one was reported.
func (f *flights) landed(due time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done == nil {
		f.done = map[time.Time]int{}
	}
	f.done[due]++
	for len(f.open) > 0 && f.done[f.open[0]] > 0 {
		if f.done[f.open[0]]--; f.done[f.open[0]] == 0 {
			delete(f.done, f.open[0])
		}
		f.open = f.open[1:]
	}
	f.tell()
}

// tell says how far everything is reported, where that is farther than before.
func (f *flights) tell() {
	before := f.next
	if len(f.open) > 0 {
		before = f.open[0]
	}
	if before.After(f.told) {
		f.told = before
		f.complete(before)
	}
}

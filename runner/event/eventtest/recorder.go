package eventtest

import (
	"slices"
	"sync"

	"github.com/gameday-dev/gameday/runner/event"
)

// Recorder is a sink that keeps what it gets. Its zero value is ready, and it
// is safe for use from several goroutines.
type Recorder struct {
	mu     sync.Mutex
	events []event.Event
}

// Emit keeps the event.
func (r *Recorder) Emit(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// Events is a copy of what came so far.
func (r *Recorder) Events() []event.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Of is the bodies of one type among the events, in order.
func Of[B event.Body](events []event.Event) []B {
	var found []B
	for _, e := range events {
		if body, ok := e.Body.(B); ok {
			found = append(found, body)
		}
	}
	return found
}

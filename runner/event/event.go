// Package event is the one typed stream that a run tells itself through. The
// console, JSON lines, JUnit and the run folder are folds over it and have no
// second source of truth.
package event

import "time"

// Event is something that happened in a run.
type Event struct {
	Seq  uint64    // from 1, without gaps
	Time time.Time // wall clock
	Run  string    // run id
	Body Body
}

// Body is what happened. Every body is plain data that encodes to JSON.
type Body interface {
	// Kind is the event's name on the wire: "fault_active".
	Kind() string
}

// Sink takes events, in order, from one goroutine. It must not block for long:
// the run waits for it.
type Sink interface {
	Emit(Event)
}

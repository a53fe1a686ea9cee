package agent

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// Engine is a kind of harm that the agent can do.
type Engine interface {
	// Start puts a fault in place and returns when it is. Its effect ends at the
	// deadline even when nobody of this process is left to end it.
	Start(ctx context.Context, id string, deadline time.Time, spec json.RawMessage) (Running, error)

	// Clean removes what a process that is gone may have left of the fault, and
	// reports whether there was anything. With look it only reports.
	Clean(id string, look bool) (found bool, err error)
}

// Running is a fault in place.
type Running interface {
	// Facts are evidence of an effect; none when there was none yet.
	Facts() []wire.Fact

	// Failed is closed when the engine gave up; Why says why. Nothing of the fault
	// is there then.
	Failed() <-chan struct{}
	Why() error

	// Close undoes the fault; more than once is once.
	Close() error
}

// Draining is a Running that serves for a while after Close what was begun before: the
// process stays until then, though not for ever.
type Draining interface {
	// Drained is closed when nothing is left to serve.
	Drained() <-chan struct{}
}

// Waning is a Running of which a part may be missing while the rest is in place.
type Waning interface {
	// Missing says which part is; empty when all of it is in place.
	Missing() string
}

// LeavesNothing is for engines whose effect ends with the process.
type LeavesNothing struct{}

// Clean finds nothing.
func (LeavesNothing) Clean(string, bool) (bool, error) { return false, nil }

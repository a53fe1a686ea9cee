package providers

import (
	"context"
	"time"

	"github.com/gameday-dev/gameday/providers/schema"
)

// WithSweep is implemented by environments that keep the intent of every fault
// where the fault is, so that what was left can be found without any journal.
type WithSweep interface {
	// Sweep finds what runs left in the place and undoes it, unless it is told
	// only to look. It returns everything that it found.
	Sweep(ctx context.Context, req SweepRequest) ([]Orphan, Diagnostics)
}

// SweepRequest asks for a sweep.
type SweepRequest struct {
	Address string        // the environment's; empty for a place that no configuration declares
	Config  schema.Values // the environment's configuration, wholly known
	Dir     string        // relative paths start here
	Run     string        // only this run's; empty for every run's
	Alive   bool          // also what has not reached its deadline, whose run may be alive
	Look    bool          // only look, and undo nothing
}

// An Orphan is something that a run left: a fault, or what accompanied it.
type Orphan struct {
	Run      string    `json:"run"`
	ID       string    `json:"id,omitempty"`      // of the fault
	Address  string    `json:"address,omitempty"` // of the fault
	Type     string    `json:"type"`              // fault type, or what it is: "reaper"
	Targets  []Target  `json:"targets,omitempty"`
	Deadline time.Time `json:"deadline,omitzero"`
	Undone   bool      `json:"undone"`          // and verified
	Error    string    `json:"error,omitempty"` // why it could not be undone
	Kept     string    `json:"kept,omitempty"`  // why it was left alone: "its run may be alive"
}

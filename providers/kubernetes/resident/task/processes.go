package task

import (
	"time"

	"github.com/gameday-dev/gameday/providers/procfault"
)

// Processes pauses processes of a container, or ends them.
type Processes struct {
	procfault.Spec // without ID and Deadline
}

// For is the engine's specification. Prefix leads to its worker in the agent's binary.
func (p Processes) For(id string, deadline time.Time, prefix []string) procfault.Spec {
	out := p.Spec
	out.ID, out.Deadline, out.Prefix = id, deadline, prefix
	return out
}

// Validate says what is wrong, all of it.
func (p Processes) Validate() error { return p.For(someID, later(), nil).Validate() }

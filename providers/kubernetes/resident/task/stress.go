package task

import (
	"time"

	"github.com/gameday-dev/gameday/providers/stress"
)

// Stress uses resources up.
type Stress struct {
	stress.Spec // without ID and Deadline

	// Container is the id of the container whose files are meant, as the kubelet
	// reports it without its scheme. For Disk only.
	Container string `json:"container,omitempty"`
}

// For is the engine's specification. Prefix leads to its workers in the agent's binary.
func (s Stress) For(id string, deadline time.Time, prefix []string) stress.Spec {
	out := s.Spec
	out.ID, out.Deadline, out.Prefix = id, deadline, prefix
	return out
}

// Validate says what is wrong, all of it.
func (s Stress) Validate() error { return s.For(someID, later(), nil).Validate() }

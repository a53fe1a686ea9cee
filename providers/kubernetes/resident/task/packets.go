package task

import (
	"errors"
	"time"

	"github.com/gameday-dev/gameday/providers/packetfault"
)

// Packets is a fault on packets.
type Packets struct {
	packetfault.Spec // without ID and Deadline

	// Hosts are more peers, by name: beside the Scope's Peers, which must not be nil then.
	// The agent looks them up in the pod, again and again.
	Hosts []string `json:"hosts,omitempty"`
}

// For is the engine's specification.
func (p Packets) For(id string, deadline time.Time) packetfault.Spec {
	s := p.Spec
	s.ID, s.Deadline = id, deadline
	return s
}

// Validate says what is wrong, all of it.
func (p Packets) Validate() error {
	return errors.Join(p.For(someID, later()).Validate(), validateHosts(p.Hosts))
}

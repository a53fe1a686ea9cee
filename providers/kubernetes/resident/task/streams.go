package task

import (
	"errors"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
)

// Streams is a fault on TCP connections and on the requests in them.
type Streams struct {
	transparent.Spec // without ID and Deadline

	Hosts []string `json:"hosts,omitempty"` // as of Packets
}

// For is the engine's specification.
func (s Streams) For(id string, deadline time.Time) transparent.Spec {
	out := s.Spec
	out.ID, out.Deadline, out.Drain = id, deadline, drain
	return out
}

// drain is how long an engine that ends waits for its connections, which then go on without a
// fault. It accepts those whose handshake is under way for longer, behind that.
const drain = 50 * time.Millisecond

// Validate says what is wrong, all of it.
func (s Streams) Validate() error {
	return errors.Join(s.For(someID, later()).Validate(), validateHosts(s.Hosts))
}

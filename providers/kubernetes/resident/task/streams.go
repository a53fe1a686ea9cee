package task

import (
	"errors"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/firewall"
)

// Streams is a fault on TCP connections and on the requests in them.
type Streams struct {
	Scope firewall.Scope    `json:"scope"`           // of the connections; the protocol is TCP
	Hosts []string          `json:"hosts,omitempty"` // as of Packets
	Rules []faultproxy.Rule `json:"rules"`
}

// Redirect is what leads the connections to a port of the engine.
func (s Streams) Redirect(id string, deadline time.Time, port uint16) firewall.Spec {
	return firewall.Spec{ID: id, Scope: s.Scope, Verdict: firewall.Redirect(port), Deadline: deadline}
}

// For is the engine's specification.
func (s Streams) For(deadline time.Time) transparent.Spec {
	return transparent.Spec{Mark: firewall.Mark, Rules: s.Rules, Deadline: deadline, Drain: drain}
}

// drain is how long an engine that ends waits for its connections, which then go on
// without a fault.
const drain = 50 * time.Millisecond

// Validate says what is wrong, all of it.
func (s Streams) Validate() error {
	const somePort = 1
	return errors.Join(s.Redirect(someID, later(), somePort).Validate(), s.For(later()).Validate(), validateHosts(s.Hosts))
}

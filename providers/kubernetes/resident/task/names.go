package task

import (
	"time"

	"github.com/gameday-dev/gameday/providers/dnsfault"
	"github.com/gameday-dev/gameday/providers/firewall"
)

// Names is a fault on what names resolve to.
type Names struct {
	Rules []dnsfault.Rule `json:"rules"`
	Seed  int64           `json:"seed,omitempty"`
}

// For is the engine's specification. Upstreams are the resolvers of the pod.
func (n Names) For(deadline time.Time, upstreams []string) dnsfault.Spec {
	return dnsfault.Spec{Upstreams: upstreams, Mark: firewall.Onward, Rules: n.Rules, Seed: n.Seed, Deadline: deadline}
}

// Validate says what is wrong, all of it.
func (n Names) Validate() error {
	const someResolver = "192.0.2.1"
	return n.For(later(), []string{someResolver}).Validate()
}

package transparent

import (
	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/firewall"
)

// Stats is the evidence of an engine's effect, as it is now or was at its end.
type Stats struct {
	Redirected firewall.Counters       `json:"redirected"` // connections, as the kernel counts them
	Unfollowed int64                   `json:"unfollowed"` // connections that passed HTTP rules, as 1,024 others were followed
	Rules      []faultproxy.RuleStatus `json:"rules"`
}

// Stats is what has been redirected, and what the rules have touched so far.
func (r *Running) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.final != nil {
		return *r.final
	}
	redirected, _ := r.table.Counters() // what the rules have touched says more
	return Stats{Redirected: redirected, Unfollowed: r.proxy.Unfollowed(), Rules: r.proxy.Status()}
}

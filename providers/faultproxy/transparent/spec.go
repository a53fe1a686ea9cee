package transparent

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/firewall"
)

// Spec is what an engine does until its deadline. Durations are nanoseconds in JSON.
type Spec struct {
	ID       string            `json:"id"`    // as firewall.Spec.ID
	Scope    firewall.Scope    `json:"scope"` // of connections; its protocol is TCP, and may be left out
	Rules    []faultproxy.Rule `json:"rules"` // their own deadlines are replaced
	Deadline time.Time         `json:"deadline"`

	DialTimeout time.Duration `json:"dial_timeout,omitempty"` // 0: 10 s
	Memory      int64         `json:"memory,omitempty"`       // bytes that delays may hold in all; 0: 16 MiB
	Drain       time.Duration `json:"drain,omitempty"`        // how long Close waits for connections to end; 0: 1 s
}

const (
	defaultMemory = 16 << 20
	defaultDrain  = time.Second
	// maxFollowed keeps an engine within 64 MiB: a connection on which HTTP is followed takes about 20 KiB.
	maxFollowed = 1024
)

// Validate reports all that is wrong with the specification. That the deadline is in
// the future is for Start to say.
func (s Spec) Validate() error {
	const unknown = 1 // the port, before Start
	errs := []error{s.redirect(firewall.Transparent(unknown)).Validate()}
	if p := s.Scope.Protocol; p != "" && p != firewall.TCP {
		errs = append(errs, fmt.Errorf("protocol %q: expected tcp, or nothing", p))
	}
	if len(s.Rules) == 0 {
		errs = append(errs, errors.New("rules: expected at least one"))
	}
	if s.DialTimeout < 0 || s.Memory < 0 || s.Drain < 0 {
		errs = append(errs, errors.New("dial timeout, memory or drain is negative: expected zero or more"))
	}
	return errors.Join(append(errs, s.validateRules())...)
}

func (s Spec) validateRules() error {
	var errs []error
	known := make(map[string]bool)
	for _, r := range s.Rules {
		if known[r.ID] {
			errs = append(errs, fmt.Errorf("rule %q is there twice: expected an id for each", r.ID))
		}
		known[r.ID] = true
		errs = append(errs, r.Validate())
	}
	return errors.Join(errs...)
}

// config is the proxy of the engine. It listens on all addresses, as the redirect of
// what comes in leads to that of its device.
func (s Spec) config(crowded func()) faultproxy.Config {
	return faultproxy.Config{
		Listen: ":0", Transparent: true, Destination: faultproxy.OriginalDestination, Mark: s.mark(),
		DialTimeout: s.DialTimeout, Memory: cmp.Or(s.Memory, defaultMemory), Followed: maxFollowed, Drain: cmp.Or(s.Drain, defaultDrain),
		Crowded: crowded,
	}
}

// mark is for connections to upstreams. One to a server in this namespace is only the rest of the way of what came in, which faults on
// packets have met at the door. One that goes out is what they are about.
func (s Spec) mark() uint32 {
	if s.Scope.Direction == firewall.Ingress {
		return firewall.Mark
	}
	return firewall.Onward
}

// redirect is what the kernel is to do with connections in the scope.
func (s Spec) redirect(to firewall.Verdict) firewall.Spec {
	scope := s.Scope
	if scope.Protocol == "" {
		scope.Protocol = firewall.TCP
	}
	return firewall.Spec{ID: s.ID, Scope: scope, Verdict: to, Deadline: s.Deadline}
}

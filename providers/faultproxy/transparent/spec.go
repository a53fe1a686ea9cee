package transparent

import (
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy"
)

// Spec is what an engine does until its deadline.
type Spec struct {
	Listen   string            `json:"listen,omitempty"` // host:port; empty: a free port of all addresses, IPv4 and IPv6, as the redirect of foreign packets needs
	Mark     uint32            `json:"mark"`             // SO_MARK of connections to the upstream, not 0; needs CAP_NET_ADMIN
	Rules    []faultproxy.Rule `json:"rules"`            // their own deadlines are replaced
	Deadline time.Time         `json:"deadline"`

	DialTimeout time.Duration `json:"dial_timeout,omitempty"` // nanoseconds in JSON; 0: 10 s
	Memory      int64         `json:"memory,omitempty"`       // bytes that delays may hold in all; 0: 16 MiB
	Drain       time.Duration `json:"drain,omitempty"`        // how long Close waits for connections to end; 0: 1 s
}

const (
	defaultMemory = 16 << 20
	defaultDrain  = time.Second
)

// Validate reports all that is wrong with the specification.
func (s Spec) Validate() error {
	var errs []error
	if s.Mark == 0 {
		errs = append(errs, errors.New("mark is 0: expected the mark that the redirect lets pass, or connections would be redirected in circles"))
	}
	if !time.Now().Before(s.Deadline) {
		errs = append(errs, fmt.Errorf("deadline is %s: expected a moment in the future", s.Deadline.Format(time.RFC3339)))
	}
	if len(s.Rules) == 0 {
		errs = append(errs, errors.New("rules: expected at least one"))
	}
	if s.DialTimeout < 0 || s.Memory < 0 || s.Drain < 0 {
		errs = append(errs, errors.New("dial timeout, memory or drain is negative: expected zero or more"))
	}
	for _, r := range s.Rules {
		errs = append(errs, r.Validate())
	}
	return errors.Join(errs...)
}

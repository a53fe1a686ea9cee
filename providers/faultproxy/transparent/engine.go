package transparent

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy"
)

// linger is how long an engine outlives its rules, so that no redirect that ends
// with the next tick of the kernel leads to a port where nobody listens.
const linger = time.Second

// Running is an engine at work.
type Running struct {
	proxy *faultproxy.Proxy
	stop  chan struct{} // closed by Close
	once  sync.Once
	err   error

	mu    sync.Mutex
	final []faultproxy.RuleStatus // as the rules ended
}

// Stats is the evidence of the rules, each as it was when the rule ended or is
// now.
type Stats struct {
	Rules []faultproxy.RuleStatus `json:"rules"`
}

// Start listens with all rules in force. The context bounds the start alone.
func Start(ctx context.Context, s Spec) (*Running, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("start transparent proxy: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start transparent proxy: %w", err)
	}
	proxy, err := faultproxy.Start(s.config())
	if err != nil {
		return nil, err
	}
	r := &Running{proxy: proxy, stop: make(chan struct{})}
	for _, rule := range s.Rules {
		rule.Deadline = time.Time{} // the engine's is the same for all, and keeps the evidence
		if err := proxy.Put(rule); err != nil {
			_ = r.Close()
			return nil, fmt.Errorf("start transparent proxy: %w", err)
		}
	}
	go r.expire(s.Deadline)
	return r, nil
}

func (s Spec) config() faultproxy.Config {
	c := faultproxy.Config{
		Listen: s.Listen, Destination: faultproxy.OriginalDestination, Mark: s.Mark,
		DialTimeout: s.DialTimeout, Memory: s.Memory, Drain: s.Drain,
	}
	if c.Listen == "" {
		c.Listen = ":0"
	}
	if c.Memory == 0 {
		c.Memory = defaultMemory
	}
	if c.Drain == 0 {
		c.Drain = defaultDrain
	}
	return c
}

// Addr is where redirected connections are to arrive, host:port.
func (r *Running) Addr() string { return r.proxy.Addr() }

// Done is closed when the last connection has ended after Close or the deadline. A
// process that ends before cuts those that are left.
func (r *Running) Done() <-chan struct{} { return r.proxy.Done() }

// Stats is what the rules have touched so far.
func (r *Running) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.final != nil {
		return Stats{Rules: r.final}
	}
	return Stats{Rules: r.proxy.Status()}
}

// Close ends all rules at once, lets connections go on, and waits for their end for
// as long as Spec.Drain says. It does so once, whoever calls.
func (r *Running) Close() error {
	r.once.Do(func() {
		close(r.stop)
		r.lift()
		r.err = r.proxy.Close()
	})
	return r.err
}

// expire closes the engine after its deadline, at which its rules end.
func (r *Running) expire(deadline time.Time) {
	if !r.wait(deadline) {
		return
	}
	r.lift()
	if r.wait(time.Now().Add(linger)) {
		_ = r.Close()
	}
}

// wait reports false when the engine was closed before.
func (r *Running) wait(until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.stop:
		return false
	}
}

// lift ends the rules and keeps their evidence.
func (r *Running) lift() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.final != nil {
		return
	}
	r.final = r.proxy.Status()
	for _, s := range r.final {
		r.proxy.Remove(s.Rule.ID)
	}
}

package transparent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/firewall"
)

// Running is an engine at work.
type Running struct {
	proxy *faultproxy.Proxy
	table *firewall.Table
	timer *time.Timer   // of the deadline
	done  chan struct{} // closed when nothing is left of it
	once  sync.Once
	err   error

	failed chan struct{} // closed when it gave up

	mu    sync.Mutex
	final *Stats // as the rules ended
}

// Start redirects, in the network namespace of the calling thread, with all rules in
// force. It needs CAP_NET_ADMIN. It ends by itself at the deadline; the context bounds the
// start alone.
func Start(ctx context.Context, s Spec) (*Running, error) {
	if err := errors.Join(s.Validate(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("start transparent proxy %q: %w", s.ID, err)
	}
	r := &Running{done: make(chan struct{}), failed: make(chan struct{})}
	r.mu.Lock() // connections, and the deadline, may come before this is done
	defer r.mu.Unlock()
	proxy, err := faultproxy.Start(s.config(r.giveUp))
	if err != nil {
		return nil, fmt.Errorf("start transparent proxy %q: %w", s.ID, err)
	}
	table, err := s.install(proxy)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start transparent proxy %q: %w", s.ID, err), proxy.Close())
	}
	r.proxy, r.table = proxy, table
	r.timer = time.AfterFunc(time.Until(s.Deadline), func() { _ = r.Close() })
	return r, nil
}

// install puts the rules in force before any connection is led to them.
func (s Spec) install(proxy *faultproxy.Proxy) (*firewall.Table, error) {
	for _, rule := range s.Rules {
		rule.Deadline = time.Time{} // the engine's is the same for all, and keeps the evidence
		if err := proxy.Put(rule); err != nil {
			return nil, err
		}
	}
	at, err := netip.ParseAddrPort(proxy.Addr())
	if err != nil {
		return nil, err
	}
	return s.lead(at.Port(), firewall.Install)
}

// lead has the kernel lead connections to the proxy's port: as they are where it can, and by translating addresses
// where it cannot.
func (s Spec) lead(port uint16, install func(firewall.Spec) (*firewall.Table, error)) (*firewall.Table, error) {
	table, err := install(s.redirect(firewall.Transparent(port)))
	if errors.Is(err, errors.ErrUnsupported) {
		return install(s.redirect(firewall.Redirect(port)))
	}
	return table, err
}

// giveUp leads no connection here any more.
func (r *Running) giveUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.table != nil {
		_ = r.table.Disarm() // Close tries again, and says it
	}
	close(r.failed)
}

// Failed is closed when new connections pass the engine by before its deadline, as they would suffer from more
// than the rules; Why says why. Close ends the rules.
func (r *Running) Failed() <-chan struct{} { return r.failed }

// Why is why the engine gave up; nil before Failed is closed.
func (r *Running) Why() error {
	select {
	case <-r.failed:
		return fmt.Errorf("it led so many connections that %w, and gave up: from then on connections passed it by", r.proxy.Crowded())
	default:
		return nil
	}
}

// Update replaces the peers of the scope, as firewall.Table.Update.
func (r *Running) Update(peers []netip.Prefix) error { return r.table.Update(peers) }

// Done is closed when the last connection has ended after Close or the deadline. A
// process that ends before cuts those that are left.
func (r *Running) Done() <-chan struct{} { return r.done }

// Close ends the redirect and all rules at once, lets connections go on, and waits for
// their end for as long as Spec.Drain says. It does so once, whoever calls; the error is
// that of the undo, the same each time.
func (r *Running) Close() error {
	r.once.Do(func() {
		disarmed := r.table.Disarm()
		r.lift()
		r.err = errors.Join(disarmed, r.proxy.Close(), r.settle())
	})
	return r.err
}

// lift ends the rules and keeps their evidence.
func (r *Running) lift() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timer.Stop()
	redirected, _ := r.table.Counters() // evidence of lesser weight than that of the rules
	r.final = &Stats{Redirected: redirected, Rules: r.proxy.RemoveAll(), Unfollowed: r.proxy.Unfollowed()}
}

// settle removes the table, once no connection needs it.
func (r *Running) settle() error {
	select {
	case <-r.proxy.Done():
		defer close(r.done)
		return r.remove()
	default:
	}
	go func() {
		defer close(r.done)
		<-r.proxy.Done()
		_ = r.remove() // else firewall.Sweep will
	}()
	return nil
}

func (r *Running) remove() error { return errors.Join(r.table.Settle(), firewall.Tidy()) }

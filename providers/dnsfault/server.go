package dnsfault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

// Running is a forwarder at work. Its methods may be called at the same time.
type Running struct {
	spec      Spec
	rulings   []*ruling
	resolvers []netip.AddrPort
	dialer    net.Dialer // to resolvers
	counters  counters
	lifted    atomic.Bool
	buffers   buffers

	port        uint16
	udp         []*net.UDPConn
	tcp         []*net.TCPListener
	questions   flights // over UDP, that wait for a resolver
	connections flights

	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	routines sync.WaitGroup
	closing  sync.Once
	closed   error
}

// Start listens, and errs and spoofs from its return until the deadline. It fails
// when the Spec is wrong, when an address cannot be listened on, and when sockets
// cannot bear the mark. The context is for starting only: Close ends the forwarder.
func Start(ctx context.Context, s Spec) (*Running, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	r, err := newRunning(s.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("start DNS fault: %w", err)
	}
	err = errors.Join(r.probeMark(ctx), r.listen(ctx))
	if err != nil {
		return nil, fmt.Errorf("start DNS fault: %w", errors.Join(err, r.Close()))
	}
	for _, conn := range r.udp {
		r.routines.Go(func() { r.serveUDP(conn) })
	}
	for _, listener := range r.tcp {
		r.routines.Go(func() { r.serveTCP(listener) })
	}
	return r, nil
}

func newRunning(s Spec) (*Running, error) {
	rulings, err := compile(s.Rules, s.Seed)
	if err != nil {
		return nil, err
	}
	r := &Running{spec: s, rulings: rulings, dialer: net.Dialer{Timeout: s.Timeout, Control: sockmark.Control(s.Mark)}}
	for _, text := range s.Upstreams {
		addr, err := resolver(text)
		if err != nil {
			return nil, err
		}
		r.resolvers = append(r.resolvers, addr)
	}
	evicted := func() { r.counters.evicted.Add(1) }
	r.questions = flights{limit: s.InFlight, evicted: evicted}
	r.connections = flights{limit: s.InFlight, evicted: evicted}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r, nil
}

// probeMark fails now rather than at every question. Connecting a UDP socket sends
// nothing.
func (r *Running) probeMark(ctx context.Context) error {
	if r.spec.Mark == 0 {
		return nil
	}
	conn, err := r.dialer.DialContext(ctx, "udp", r.resolvers[0].String())
	if err != nil {
		return err
	}
	return conn.Close()
}

// Port is where UDP and TCP are listened on, at every address of Spec.Listen.
func (r *Running) Port() uint16 { return r.port }

// Close stops the forwarder and all that is under way. What is still redirected
// here is refused from then on, so the redirect must go first. It is idempotent.
func (r *Running) Close() error {
	r.closing.Do(func() {
		r.cancel()
		r.closed = r.closeListeners()
		r.questions.close()
		r.connections.close()
		r.routines.Wait()
	})
	return r.closed
}

// again waits a moment after a failure that may pass, such as a lack of descriptors,
// and reports false once the forwarder is closed.
func (r *Running) again(err error) bool {
	if errors.Is(err, net.ErrClosed) {
		return false
	}
	select {
	case <-r.ctx.Done():
		return false
	case <-time.After(10 * time.Millisecond):
		return true
	}
}

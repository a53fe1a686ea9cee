package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where a proxy listens and what it leads to.
type Config struct {
	Listen   string // host:port; port 0 takes a free one
	Upstream string // host:port, resolved and dialled anew for every connection; it need not answer yet

	// Destination finds where an accepted connection was going, in place of
	// Upstream: behind a redirect, or with Transparent, that is OriginalDestination.
	Destination func(client *net.TCPConn) (netip.AddrPort, error)

	// Transparent listens with a transparent socket (IP_TRANSPARENT, Linux, needs CAP_NET_ADMIN), to which a rule
	// of tproxy can give connections that were made to other addresses.
	Transparent bool

	// Dial reaches the upstream for an accepted connection by means of its own, in
	// place of Upstream and Destination.
	Dial func(ctx context.Context, client *net.TCPConn) (*net.TCPConn, error)

	// Mark is the packet mark (SO_MARK, Linux, needs CAP_NET_ADMIN) of connections to
	// the upstream, by which a redirect lets them pass; 0: none.
	Mark uint32

	DialTimeout time.Duration // 0: 10 s
	Memory      int64         // bytes that may be held for all connections together; 0: 256 MiB

	// Followed bounds the sessions that take more than their descriptors: those of which an HTTP
	// rule has selected a request, that take more than a look, or that move much. Beyond it,
	// further ones pass HTTP rules. 0: no bound.
	Followed int64

	// Crowded is called once when the process has few file descriptors left, or no local port for one
	// more connection to an upstream: who redirects to the proxy should stop, or clients will
	// wait until some descriptors are given back, or be reset until ports are. For want of descriptors,
	// nothing is accepted before it returns. Nil: nobody is told.
	Crowded func()

	// Drain makes Close gentle: the rules end, connections go on without them, and
	// Close waits for so long at most before it leaves them to their own end. Connections whose
	// handshake is under way are accepted for 2 s more, behind Close. 0: Close resets them all.
	Drain time.Duration
}

const (
	defaultDialTimeout = 10 * time.Second
	defaultMemory      = 256 << 20
)

// Proxy forwards TCP connections under rules. Its methods may be called at the
// same time from anywhere.
type Proxy struct {
	config   Config
	listener net.Listener
	rules    atomic.Pointer[ruleSet]
	clock    clock
	buffers  buffers
	pipes    pipes
	express  express
	held     budget
	crowd    *crowd

	walking    atomic.Int64 // sessions that are not on the express
	unfollowed atomic.Int64 // connections that Config.Followed let pass

	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	routines sync.WaitGroup
	done     chan struct{} // closed when nothing runs any more
	deaf     chan struct{} // closed when nothing is accepted any more
	vacant   chan struct{} // closed when no session is left behind a gentle Close

	mu       sync.Mutex // held to change rules, sessions or closed
	sessions map[*session]struct{}
	accepted int64
	closed   bool
	retiring bool // the rules are over for good
}

// Start listens and forwards until Close. It fails when the address cannot be
// listened on; an upstream that does not answer is the clients' to see.
func Start(config Config) (*Proxy, error) {
	if config.Upstream == "" && config.Dial == nil && config.Destination == nil {
		return nil, errors.New("start fault proxy: no upstream: expected host:port")
	}
	var listening net.ListenConfig
	if config.Transparent {
		listening.Control = transparently
	}
	listener, err := listening.Listen(context.Background(), "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("start fault proxy: %w", err)
	}
	p := newProxy(config, listener)
	if err := p.crowd.narrow(listener); err != nil {
		return nil, errors.Join(fmt.Errorf("start fault proxy: %w", err), listener.Close())
	}
	p.routines.Go(p.accept)
	return p, nil
}

func newProxy(config Config, listener net.Listener) *Proxy {
	if config.DialTimeout == 0 {
		config.DialTimeout = defaultDialTimeout
	}
	if config.Memory == 0 {
		config.Memory = defaultMemory
	}
	p := &Proxy{config: config, listener: listener, clock: newClock(), crowd: newCrowd(config.Crowded), sessions: make(map[*session]struct{})}
	p.done, p.deaf, p.vacant = make(chan struct{}), make(chan struct{}), make(chan struct{})
	p.held.limit = config.Memory
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.rules.Store(newRuleSet(nil))
	return p
}

// Addr is the address that clients connect to, host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Unfollowed is how many connections have passed HTTP rules because of Config.Followed.
func (p *Proxy) Unfollowed() int64 { return p.unfollowed.Load() }

// Crowded says what there was too little of when Config.Crowded was called; nil before.
func (p *Proxy) Crowded() error { return p.crowd.reason() }

// Done is closed when nothing of the proxy runs any more: with Close, or after it
// when Drain has left connections to their own end.
func (p *Proxy) Done() <-chan struct{} { return p.done }

// Close stops listening, resets what is still open, and returns when nothing of
// the proxy runs any more. With Config.Drain it resets nothing, stops listening a while
// later, and returns before that and maybe before connections have ended; they go on for
// as long as the process does. A second Close does nothing.
func (p *Proxy) Close() error {
	if p.config.Drain > 0 {
		return p.retire()
	}
	if !p.shut() {
		return nil
	}
	err := p.listener.Close()
	p.cancel()
	p.release()
	if err != nil {
		return fmt.Errorf("close fault proxy: %w", err)
	}
	return nil
}

// release frees what the sessions shared, once the last of them has ended.
func (p *Proxy) release() {
	p.routines.Wait()
	p.cancel()
	p.clock.close()
	p.pipes.close()
	p.express.close()
	close(p.done)
}

// shut ends the sessions and lets no more in, and reports whether the proxy was
// open. The sessions end before the rules, or what a rule holds back would get
// out as it goes.
func (p *Proxy) shut() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.closed = true
	for s := range p.sessions {
		s.abort(Both)
	}
	p.liftAll()
	return true
}

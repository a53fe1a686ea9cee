package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where a proxy listens and what it leads to.
type Config struct {
	Listen   string // host:port; port 0 takes a free one
	Upstream string // host:port, resolved and dialled anew for every connection; it need not answer yet

	// Dial reaches the upstream for an accepted connection in place of Upstream;
	// an agent behind a redirect asks the kernel for the original destination.
	Dial func(ctx context.Context, client *net.TCPConn) (*net.TCPConn, error)

	DialTimeout time.Duration // 0: 10 s
	Memory      int64         // bytes that delays may hold for all connections together; 0: 256 MiB
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
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	routines sync.WaitGroup

	mu       sync.Mutex // held to change rules, sessions or closed
	sessions map[*session]struct{}
	accepted int64
	closed   bool
}

// Start listens and forwards until Close. It fails when the address cannot be
// listened on; an upstream that does not answer is the clients' to see.
func Start(config Config) (*Proxy, error) {
	if config.Upstream == "" && config.Dial == nil {
		return nil, errors.New("start fault proxy: no upstream: expected host:port")
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("start fault proxy: %w", err)
	}
	p := newProxy(config, listener)
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
	p := &Proxy{config: config, listener: listener, clock: newClock(), sessions: make(map[*session]struct{})}
	p.held.limit = config.Memory
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.rules.Store(newRuleSet(nil))
	return p
}

// Addr is the address that clients connect to, host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close stops listening, resets what is still open, and returns when nothing of
// the proxy runs any more. A second Close does nothing.
func (p *Proxy) Close() error {
	if !p.shut() {
		return nil
	}
	err := p.listener.Close()
	p.cancel()
	p.routines.Wait()
	p.clock.close()
	p.pipes.close()
	p.express.close()
	if err != nil {
		return fmt.Errorf("close fault proxy: %w", err)
	}
	return nil
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
	for _, r := range p.rules.Load().all {
		p.lift(r)
	}
	return true
}

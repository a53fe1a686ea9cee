package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

// acceptPause is how long the proxy rests when no connection can be accepted,
// which is when the process has no file descriptor left.
const acceptPause = 10 * time.Millisecond

// accept makes a session of every connection until the listener is closed, or has been deafened:
// then once more, since a deadline that has passed hides the connections that wait.
func (p *Proxy) accept() {
	defer close(p.deaf)
	for looked := false; ; {
		client, err := tcpConn(p.listener.Accept())
		switch {
		case err == nil:
			p.crowd.joined(client)
			p.admit(client)
		case errors.Is(err, os.ErrDeadlineExceeded) && !looked:
			looked = true
			p.deafen(lastLook)
		case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
			return
		default:
			p.crowd.turnedAway(errNoDescriptors)
			sleep(timers{}, time.Now().Add(acceptPause), p.ctx.Done(), nil)
		}
	}
}

// admit registers a session before it looks at the rules, so that no change of
// rules can miss it.
func (p *Proxy) admit(client *net.TCPConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		p.crowd.settled()
		_ = client.Close()
		return
	}
	s := newSession(p, client, p.accepted)
	p.accepted++
	p.sessions[s] = struct{}{}
	p.routines.Add(1) // until its finish, which may be another goroutine's
	go s.run()
}

// forget is the end of a session.
func (p *Proxy) forget(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, s)
	p.vacate()
}

// dial reaches the upstream for a client.
func (p *Proxy) dial(client *net.TCPConn) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.config.DialTimeout)
	defer cancel()
	if p.config.Dial != nil {
		return p.config.Dial(ctx, client)
	}
	address, err := p.upstreamOf(client)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Control: sockmark.Control(p.config.Mark)}
	return tcpConn(dialer.DialContext(ctx, "tcp", address))
}

// upstreamOf is where a client is to be led. One that was going to the proxy
// itself would be led round in circles.
func (p *Proxy) upstreamOf(client *net.TCPConn) (string, error) {
	if p.config.Destination == nil {
		return p.config.Upstream, nil
	}
	to, err := p.config.Destination(client)
	if err != nil {
		return "", fmt.Errorf("destination of %s: %w", client.RemoteAddr(), err)
	}
	if to == addrPort(client.LocalAddr()) && to.Port() == addrPort(p.listener.Addr()).Port() {
		return "", fmt.Errorf("%s connected to the proxy itself, at %s: expected a redirected connection", client.RemoteAddr(), to)
	}
	return to.String(), nil
}

// addrPort is a TCP address in the form in which IPv4 is always IPv4.
func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := tcp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// tcpConn narrows what package net returns for "tcp", whose half-close and RST
// the proxy needs.
func tcpConn(conn net.Conn, err error) (*net.TCPConn, error) {
	if err != nil {
		return nil, err
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("expected a TCP connection, found a %T", conn)
	}
	return tcp, nil
}

package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// acceptPause is how long the proxy rests when no connection can be accepted,
// which is when the process has no file descriptor left.
const acceptPause = 10 * time.Millisecond

// accept makes a session of every connection until the listener is closed.
func (p *Proxy) accept() {
	for {
		client, err := tcpConn(p.listener.Accept())
		switch {
		case err == nil:
			p.admit(client)
		case errors.Is(err, net.ErrClosed):
			return
		default:
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
		_ = client.Close()
		return
	}
	s := newSession(p, client, p.accepted)
	p.accepted++
	p.sessions[s] = struct{}{}
	p.routines.Go(s.run)
}

// forget is the end of a session.
func (p *Proxy) forget(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, s)
}

// dial reaches the upstream for a client.
func (p *Proxy) dial(client *net.TCPConn) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.config.DialTimeout)
	defer cancel()
	if p.config.Dial != nil {
		return p.config.Dial(ctx, client)
	}
	return tcpConn(new(net.Dialer).DialContext(ctx, "tcp", p.config.Upstream))
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

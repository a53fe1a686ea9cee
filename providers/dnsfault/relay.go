package dnsfault

import (
	"bufio"
	"context"
	"net"
	"time"
)

// forward writes to the resolver, which is dialled at the first message that needs
// one.
func (s *session) forward(frame []byte) bool {
	if s.resolver == nil && !s.dial() {
		return false
	}
	_, err := s.resolver.Write(frame)
	return err == nil
}

// dial reaches the first resolver that can be. When none can, the client's
// connection ends, as its own connect would have failed.
func (s *session) dial() bool {
	flow := Flow{"tcp", addrPort(s.client.RemoteAddr()), addrPort(s.client.LocalAddr()), s.client}
	for _, to := range s.running.meant(flow) {
		conn, err := s.running.dialer.DialContext(s.ctx, "tcp", to.String())
		if err != nil {
			continue
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			s.adopt(tcp)
			return true
		}
		_ = conn.Close()
	}
	return false
}

func (s *session) adopt(resolver *net.TCPConn) {
	_ = s.client.SetReadDeadline(time.Time{}) // the resolver's idle limit holds
	s.resolver, s.replies = resolver, make(chan struct{})
	s.running.routines.Go(s.relay)
}

// relay passes replies on until the resolver or the client ends, and then ends the
// client's connection, as the client would have seen it.
func (s *session) relay() {
	defer close(s.replies)
	defer s.client.Close()
	defer s.resolver.Close()
	defer context.AfterFunc(s.ctx, func() { _ = s.resolver.Close() })()
	reader := bufio.NewReader(s.resolver)
	for {
		frame, whole := readFrame(reader)
		if len(frame) > 0 && !s.write(frame) || !whole {
			return
		}
	}
}

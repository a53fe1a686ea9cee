package dnsfault

import (
	"bufio"
	"context"
	"encoding/binary"
	"net"
	"sync"
	"time"
)

// idleLimit ends connections on which nothing was ever forwarded; the others end
// when client or resolver end them.
const idleLimit = 2 * time.Minute

// session is a client's connection and, once something was forwarded, the one to
// its resolver.
type session struct {
	running *Running
	client  *net.TCPConn
	ctx     context.Context // when it ends, so do both connections

	mu       sync.Mutex // a message to the client is written whole
	resolver *net.TCPConn
	replies  chan struct{} // closed when the resolver has said everything
}

func (r *Running) serveTCP(listener *net.TCPListener) {
	for {
		client, err := listener.AcceptTCP()
		if err != nil {
			if r.again(err) {
				continue
			}
			return
		}
		ctx, cancel := context.WithCancel(r.ctx)
		leave := r.connections.enter(cancel)
		r.routines.Go(func() {
			defer cancel()
			defer leave()
			(&session{running: r, client: client, ctx: ctx}).serve()
		})
	}
}

// serve reads to the client's end, which need not be the resolver's: a client may
// close its side and still await replies.
func (s *session) serve() {
	defer s.client.Close()
	defer context.AfterFunc(s.ctx, func() { _ = s.client.Close() })()
	_ = s.client.SetReadDeadline(time.Now().Add(idleLimit))
	reader := bufio.NewReader(s.client)
	for {
		frame, whole := readFrame(reader)
		if len(frame) > 0 && !s.take(frame, whole) {
			break
		}
		if !whole {
			break
		}
	}
	if s.resolver != nil {
		_ = s.resolver.CloseWrite()
		_ = s.resolver.SetReadDeadline(time.Now().Add(idleLimit))
		<-s.replies
	}
}

// take answers or forwards a message; half a message is forwarded as it is. It
// reports false when the connection is of no use any more.
func (s *session) take(frame []byte, whole bool) bool {
	if whole {
		if v := s.running.see(frame[framePrefix:]); v.acting != nil {
			if done, ok := s.answer(frame[framePrefix:], v); done {
				return ok
			}
		}
		s.running.counters.forwarded.Add(1)
	}
	if s.forward(frame) {
		return true
	}
	if s.ctx.Err() == nil {
		s.running.counters.failed.Add(1)
	}
	return false
}

// answer reports whether the rule has answered, and whether the client took it.
func (s *session) answer(message []byte, v verdict) (done, ok bool) {
	reply, ok := s.running.reply(s.ctx, v.acting, message, true)
	if !ok {
		return false, false
	}
	s.running.answered(v)
	if v.swallow() {
		return true, true
	}
	frame := binary.BigEndian.AppendUint16(make([]byte, 0, framePrefix+len(reply)), uint16(len(reply)))
	return true, s.write(append(frame, reply...))
}

// write sends one message with its length at once (RFC 7766, section 8).
func (s *session) write(frame []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.client.Write(frame)
	return err == nil
}

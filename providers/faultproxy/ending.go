package faultproxy

import (
	"errors"
	"net"
)

// errBroken is the end of a stream whose source took no more bytes, or of one
// that a rule aborts.
var errBroken = errors.New("connection broken")

// fate is how a direction ends.
type fate struct {
	ended  bool // its destination has been told of its end
	broken bool // its source was found broken by the other direction
}

// enforceResets aborts the session when chance has it that a rule hits it.
func (s *session) enforceResets(set *ruleSet) {
	for _, r := range set.resets {
		if chance(r.Seed, s.number) < r.Probability {
			s.reset(r)
		}
	}
}

// reset aborts the session for a rule, which may claim it only if nothing else
// has ended it before.
func (s *session) reset(r *activeRule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over() {
		s.count(r.tally, 0, 0)
		s.breakOff(r.way())
	}
}

// abort ends the session, with a RST to the client (Ingress), to the upstream
// (Egress) or to both.
func (s *session) abort(way Direction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over() {
		s.breakOff(way)
	}
}

// breakOff is abort for a caller that holds the lock and knows that the session
// is not over.
func (s *session) breakOff(way Direction) {
	close(s.done)
	if s.riding != nil {
		s.riding.abort(way)
		return
	}
	end(s.client, way.covers(Ingress))
	end(s.upstream, way.covers(Egress))
}

// end closes a connection, if there is one, with a RST or in order.
func end(conn *net.TCPConn, reset bool) {
	if conn == nil {
		return
	}
	if reset {
		_ = conn.SetLinger(0)
	}
	_ = conn.Close()
}

// fates are those of a direction and of the one that answers it.
func (s *session) fates(way Direction) (own, other *fate) {
	if way == Egress {
		return &s.egress, &s.ingress
	}
	return &s.ingress, &s.egress
}

// severed notes that the destination of a direction takes no more, and reports
// whether the other direction has ended, so that nobody else will find out. As
// long as it has not, what that destination said before is still on its way.
func (s *session) severed(way Direction) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, other := s.fates(way)
	other.broken = true
	return other.ended
}

// ended notes that the destination of a direction is about to learn of its end,
// and returns what to tell it where the source ended with err: a source that was
// found broken may have looked closed.
func (s *session) ended(way Direction, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	own, _ := s.fates(way)
	own.ended = true
	if own.broken {
		return errBroken
	}
	return err
}

// over reports whether the session was aborted or closed.
func (s *session) over() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// close ends a session that has come to its own end.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over() {
		close(s.done)
	}
	end(s.client, false)
	end(s.upstream, false)
	if streams := s.talk.multiplexing(); streams != nil {
		streams.forsake()
	}
}

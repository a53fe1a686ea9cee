package faultproxy

import (
	"net"
	"sync"
	"time"
)

// session is one client's connection and the one to the upstream that belongs to
// it.
type session struct {
	proxy  *Proxy
	number int64 // of the connection, from 0; what chance is drawn for
	client *net.TCPConn
	talk   *conversation
	done   chan struct{} // closed, under the lock, when the session is over

	mu       sync.Mutex
	upstream *net.TCPConn        // nil until dialled
	riding   *ride               // on the express: then client and upstream are closed
	touched  map[*tally]struct{} // the rules that have acted on this connection
	egress   fate
	ingress  fate
}

func newSession(p *Proxy, client *net.TCPConn, number int64) *session {
	return &session{proxy: p, number: number, client: client, talk: newConversation(), done: make(chan struct{})}
}

// run connects to the upstream and forwards. A session that boards the express
// needs no goroutine until the end of its ride.
func (s *session) run() {
	s.enforceResets(s.proxy.rules.Load())
	connected := s.waitToConnect() && s.connect()
	s.proxy.crowd.settled()
	if !connected {
		s.abort(Both)
		s.finish()
		return
	}
	if !s.board() {
		s.proxy.walking.Add(1)
		defer s.proxy.walking.Add(-1)
		s.goOn(remains{})
	}
}

// follow reports whether HTTP is to be followed on a session that has been idle so far. It
// is not, for good, where that would take more memory than there is: traffic passes.
func (s *session) follow() bool {
	if s.mayWalk() {
		return true
	}
	s.talk.lose(opaque) // nobody waits for a reply yet
	if s.talk.disregarded.CompareAndSwap(false, true) {
		s.proxy.unfollowed.Add(1)
	}
	return false
}

// mayWalk reports whether there is memory for one more session that is not on the express.
func (s *session) mayWalk() bool {
	most := s.proxy.config.Followed
	return most == 0 || s.proxy.walking.Load() < most
}

// goOn forwards from where a ride has ended until both directions have.
func (s *session) goOn(left remains) {
	defer s.finish()
	if !s.over() {
		s.walk(left)
	}
}

func (s *session) finish() {
	s.close()
	s.proxy.forget(s)
	s.proxy.routines.Done()
}

// walk forwards by two legs, each a direction, from where a ride has ended.
func (s *session) walk(left remains) {
	var legs sync.WaitGroup
	for _, l := range []*leg{newLeg(s, Egress, s.client, s.upstream), newLeg(s, Ingress, s.upstream, s.client)} {
		if left.resume(l) {
			legs.Go(l.run)
		}
	}
	legs.Wait()
}

// waitToConnect holds a new connection while there is a partition, and reports
// false when it is not to be made any more: a client that has given up by then
// would, without a proxy, never have got to its first byte.
func (s *session) waitToConnect() bool {
	held := false
	for {
		set := s.proxy.rules.Load()
		if len(set.partitions) == 0 {
			return !s.over() && !(held && hungUp(s.client))
		}
		held = true
		for _, r := range set.partitions {
			s.touch(r, 0, 0)
		}
		select {
		case <-set.superseded:
		case <-s.done:
			return false
		}
	}
}

// connect dials the upstream, and lets abort know it.
func (s *session) connect() bool {
	conn, err := s.proxy.dial(s.client)
	if err != nil {
		s.proxy.crowd.missed(err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.upstream = conn
	return !s.over()
}

// poke interrupts what the session is blocked in. Whoever is interrupted clears
// the deadline and looks at the rules again.
func (s *session) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.riding != nil {
		s.riding.heed(s.proxy.rules.Load())
		return
	}
	interrupt(s.client)
	interrupt(s.upstream)
}

// interrupt stops what waits for a connection. There is none before it is dialled, nor behind a
// ride on which the session has ended.
func interrupt(conn *net.TCPConn) {
	if conn != nil {
		_ = conn.SetDeadline(time.Unix(1, 0))
	}
}

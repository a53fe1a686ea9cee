package faultproxy

import (
	"errors"
	"net"
	"sync"
	"time"
)

// errBroken is the end of a stream whose source took no more bytes.
var errBroken = errors.New("connection broken")

// session is one client's connection and the one to the upstream that belongs to
// it.
type session struct {
	proxy  *Proxy
	number int64 // of the connection, from 0; what chance is drawn for
	client *net.TCPConn
	talk   *conversation
	done   chan struct{} // closed by abort

	mu       sync.Mutex
	upstream *net.TCPConn // nil until dialled
	riding   *ride        // on the express: then client and upstream are closed
	aborted  bool
	touched  map[*tally]struct{} // the rules that have acted on this connection
	egress   fate
	ingress  fate
}

// fate is how a direction ends.
type fate struct {
	ended  bool // its source has ended
	broken bool // its source was found broken by the other direction
}

func newSession(p *Proxy, client *net.TCPConn, number int64) *session {
	return &session{proxy: p, number: number, client: client, talk: new(conversation), done: make(chan struct{})}
}

// run connects to the upstream and forwards until both directions have ended.
func (s *session) run() {
	defer s.proxy.forget(s)
	defer s.close()
	s.enforceResets(s.proxy.rules.Load())
	if !s.waitToConnect() || !s.connect() {
		s.abort(Both)
		return
	}
	var left remains
	if r := s.board(); r != nil {
		ok := false
		if left, ok = s.alight(r); !ok {
			return
		}
	}
	s.walk(left)
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
		rule := s.proxy.rules.Load().partition()
		if rule == nil {
			return !s.over() && !(held && hungUp(s.client))
		}
		held = true
		s.touch(rule, 0, 0)
		select {
		case <-rule.ended:
		case <-s.done:
			return false
		}
	}
}

// connect dials the upstream, and lets abort know it.
func (s *session) connect() bool {
	conn, err := s.proxy.dial(s.client)
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.upstream = conn
	return !s.aborted
}

// poke interrupts what the session is blocked in. Whoever is interrupted clears
// the deadline and looks at the rules again.
func (s *session) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.riding != nil {
		s.riding.recall()
		return
	}
	past := time.Unix(1, 0)
	_ = s.client.SetDeadline(past)
	if s.upstream != nil {
		_ = s.upstream.SetDeadline(past)
	}
}

// enforceResets aborts the session when chance has it that a rule hits it.
func (s *session) enforceResets(set *ruleSet) {
	for _, r := range set.resets {
		if !s.over() && chance(r.Seed, s.number) < r.Probability {
			s.touch(r, 0, 0)
			s.abort(r.way())
		}
	}
}

// abort ends the session, with a RST to the client (Ingress), to the upstream
// (Egress) or to both.
func (s *session) abort(way Direction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.aborted {
		return
	}
	s.aborted = true
	close(s.done)
	if s.riding != nil {
		s.riding.abort(way)
		return
	}
	if way.covers(Ingress) {
		_ = s.client.SetLinger(0)
	}
	_ = s.client.Close()
	if s.upstream == nil {
		return
	}
	if way.covers(Egress) {
		_ = s.upstream.SetLinger(0)
	}
	_ = s.upstream.Close()
}

// fates are those of a direction and of the one that answers it.
func (s *session) fates(way Direction) (own, other *fate) {
	if way == Egress {
		return &s.egress, &s.ingress
	}
	return &s.ingress, &s.egress
}

// severed notes that the destination of a direction takes no more, and reports
// whether the other direction has ended, so that nobody else will find out.
func (s *session) severed(way Direction) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, other := s.fates(way)
	other.broken = true
	return other.ended
}

// ended notes that the source of a direction ended with err, and returns what to
// tell its destination: a source that was broken may have looked closed.
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
	_ = s.client.Close()
	if s.upstream != nil {
		_ = s.upstream.Close()
	}
}

// touch is evidence for a rule: it acted on this connection, on so many bytes
// and requests.
func (s *session) touch(r *activeRule, bytes, requests int64) {
	r.tally.add(s.firstTouch(r.tally), bytes, requests)
}

// firstTouch is 1 when the rule had not acted on the connection before, else 0.
func (s *session) firstTouch(t *tally) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.touched[t]; known {
		return 0
	}
	if s.touched == nil {
		s.touched = make(map[*tally]struct{})
	}
	s.touched[t] = struct{}{}
	return 1
}

package faultproxy

import (
	"net"
	"time"
)

// headPatience is how long an incomplete head is held. What takes longer is
// passed on, as it may be a protocol that only looks like HTTP, in which both
// sides would wait for ever.
const headPatience = 2 * time.Second

// requests is the egress side of HTTP rules: it follows the requests, lets those
// pass that no rule hits, byte for byte, and keeps the others from the upstream.
type requests struct {
	leg     *leg
	talk    *conversation
	epoch   int    // of the conversation as this side last saw it
	head    []byte // held until it is complete
	since   time.Time
	timer   *time.Timer // ends the patience
	body    body
	inBody  bool
	dropped bool // the body belongs to a request that does not pass
	mute    bool // the connection ends behind a reply: nothing passes any more
	out     []byte
	charged int64 // of the budget, for what is held

	multiplexed *streamRequests // once the connection speaks HTTP/2
}

func newRequests(l *leg) *requests { return &requests{leg: l, talk: l.session.talk} }

// takeUp implements filter.
func (r *requests) takeUp(t *track) {
	r.body, r.inBody = t.egress.body, t.egress.inBody
	_, r.epoch = r.talk.state()
}

// feed takes bytes from the client, or none when there is only news.
func (r *requests) feed(p []byte) error {
	rules := r.leg.proxy.rules.Load().http
	if r.mute {
		return nil
	}
	if err := r.follow(p, rules); err != nil {
		return err
	}
	r.charge(len(r.head))
	return r.flush()
}

// charge takes what is held on the budget of all sessions.
func (r *requests) charge(n int) {
	r.leg.proxy.held.used.Add(int64(n) - r.charged)
	r.charged = int64(n)
}

// follow takes p through as many requests as are in it.
func (r *requests) follow(p []byte, rules []*activeRule) error {
	r.settle(rules)
	for {
		phase, epoch := r.talk.state()
		if phase == multiplexed {
			return r.feedStreams(p)
		}
		if phase != following || epoch != r.epoch {
			if r.dropped {
				return r.abort() // half a body would be left for the upstream
			}
			r.forget()
			if phase != seeking || len(rules) == 0 || !r.talk.follow(p) {
				return r.pass(p)
			}
			_, r.epoch = r.talk.state()
		}
		if len(p) == 0 {
			return r.reconsider()
		}
		n, err := r.advance(p)
		if err != nil || r.mute {
			return err
		}
		p = p[n:]
	}
}

// settle stops following when there is no rule left to follow for.
func (r *requests) settle(rules []*activeRule) {
	if len(rules) > 0 || r.inBody {
		return
	}
	if r.talk.settle() {
		r.forget()
	}
}

// forget lets go of what was held and begins anew.
func (r *requests) forget() {
	if r.multiplexed != nil {
		r.emit(r.multiplexed.held())
		r.multiplexed = nil
	}
	r.emit(r.head)
	r.head, r.inBody, r.dropped = nil, false, false
	r.stopTimer()
}

// reconsider gives up on a head that has stayed incomplete for too long.
func (r *requests) reconsider() error {
	if len(r.head) == 0 || time.Since(r.since) < headPatience {
		return nil
	}
	return r.giveUp(nil)
}

// giveUp fails open: the connection is passed unchanged from here on.
func (r *requests) giveUp(p []byte) error {
	if owing := r.talk.lose(opaque); owing || r.dropped {
		return r.abort()
	}
	r.forget()
	r.leg.session.poke() // the other side has no more to follow either
	return r.pass(p)
}

// abort ends a connection on which neither going on nor failing open would be
// true to either side.
func (r *requests) abort() error {
	r.leg.session.abort(Both)
	return net.ErrClosed
}

// advance takes the next bytes of a head or of a body and returns how many.
func (r *requests) advance(p []byte) (int, error) {
	if r.inBody {
		return r.advanceBody(p)
	}
	held := len(r.head)
	r.head = append(r.head, p...)
	if held == 0 && (p[0] == '\r' || p[0] == '\n') { // lenient clients end a body with an empty line
		r.emit(p[:1])
		r.head = nil
		return 1, nil
	}
	if beginsHTTP2(r.head) {
		return len(p), r.multiplex()
	}
	n := headLength(r.head)
	if n == 0 {
		if !beginsRequest(r.head) || len(r.head) > maxHead || r.leg.proxy.held.exhausted() {
			return len(p), r.giveUp(nil)
		}
		r.startTimer()
		return len(p), nil
	}
	h, ok := parseRequest(r.head[:n])
	if !ok {
		return len(p), r.giveUp(nil)
	}
	raw := r.head[:n]
	r.head = nil
	r.stopTimer()
	return n - held, r.decide(raw, &h)
}

// multiplex goes on in HTTP/2.
func (r *requests) multiplex() error {
	s, ok := r.talk.multiplex(r.leg.session)
	if !ok {
		return r.giveUp(nil)
	}
	r.multiplexed = newStreamRequests(r, s)
	r.stopTimer()
	begun := r.head
	r.head = nil
	return r.multiplexed.feed(begun)
}

// feedStreams is feed on an HTTP/2 connection.
func (r *requests) feedStreams(p []byte) error {
	if r.multiplexed == nil {
		return r.pass(p)
	}
	return r.multiplexed.feed(p)
}

// bulk implements filter.
func (r *requests) bulk() int64 {
	phase, epoch := r.talk.state()
	if !r.inBody || r.dropped || r.mute || phase != following || epoch != r.epoch {
		return 0
	}
	return r.body.bulk()
}

// skip implements filter.
func (r *requests) skip(n int) { r.body.skip(n) }

// drop implements filter.
func (r *requests) drop() {
	r.stopTimer()
	r.charge(0)
}

func (r *requests) advanceBody(p []byte) (int, error) {
	n, done, ok := r.body.consume(p)
	if !r.dropped {
		r.emit(p[:n])
	}
	if !ok {
		return len(p), r.giveUp(p[n:])
	}
	if done {
		r.inBody, r.dropped = false, false
	}
	return n, nil
}

// end flushes a head that will never be complete.
func (r *requests) end() error {
	r.stopTimer()
	if r.mute {
		return nil
	}
	r.forget()
	return r.flush()
}

// emit gathers what passes, so that a head and a body that came together leave
// together.
func (r *requests) emit(p []byte) { r.out = append(r.out, p...) }

func (r *requests) flush() error {
	if len(r.out) == 0 {
		return nil
	}
	r.talk.flowed(Egress)
	err := r.leg.write(r.out)
	r.out = thin(r.out)
	return err
}

// pass sends everything on unseen.
func (r *requests) pass(p []byte) error {
	if err := r.flush(); err != nil || len(p) == 0 {
		return err
	}
	r.talk.flowed(Egress)
	return r.leg.write(p)
}

// startTimer has the leg look again when the patience with a head is over.
func (r *requests) startTimer() {
	if r.timer == nil {
		r.since = time.Now()
		r.timer = time.AfterFunc(headPatience, r.leg.session.poke)
	}
}

func (r *requests) stopTimer() {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
}

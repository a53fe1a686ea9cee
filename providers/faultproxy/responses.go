package faultproxy

import (
	"bytes"
	"errors"
	"io"
	"net"

	"golang.org/x/net/http2"
)

// responses is the ingress side of HTTP rules: it follows the responses to know
// where one ends, so that a reply of ours can take its place in their order.
// What the upstream sends is passed on as it comes.
type responses struct {
	leg    *leg
	talk   *conversation
	epoch  int
	head   []byte // a copy of the incomplete one
	body   body
	inBody bool
	edit   *edit // of the response under way

	multiplexed *streamResponses // once the connection speaks HTTP/2
}

func newResponses(l *leg) *responses { return &responses{leg: l, talk: l.session.talk} }

// takeUp implements filter.
func (r *responses) takeUp(t *track) {
	r.body, r.inBody = t.ingress.body, t.ingress.inBody
	_, r.epoch = r.talk.state()
}

// feed takes bytes from the upstream, or none when there may be a reply to give.
func (r *responses) feed(p []byte) error {
	if len(p) > 0 {
		if !r.talk.asked.Load() && beginsSettings(p) {
			r.talk.anticipate(r.leg.session)
		}
		r.talk.flowed(Ingress)
	}
	for {
		if s := r.talk.multiplexing(); s != nil {
			return r.feedStreams(s, p)
		}
		p = r.unfollow(p)
		if !r.current() {
			return r.leg.admit(r.unedited(p))
		}
		if err := r.leg.admit(r.lapsed()); err != nil {
			return err
		}
		if err := r.reply(); err != nil {
			return err
		}
		if len(p) == 0 {
			return nil
		}
		n, ok := r.advance(p)
		if !ok {
			return r.giveUp(p)
		}
		if err := r.leg.admit(r.edited(p[:n])); err != nil {
			return err
		}
		p = p[n:]
	}
}

// feedStreams is feed on an HTTP/2 connection.
func (r *responses) feedStreams(s *streams, p []byte) error {
	if r.multiplexed == nil {
		r.multiplexed = newStreamResponses(r.leg, s)
	}
	return r.multiplexed.feed(p)
}

// unfollow puts what was held while streams were followed before p.
func (r *responses) unfollow(p []byte) []byte {
	if r.multiplexed != nil {
		p = append(r.multiplexed.unsent(), p...)
		r.multiplexed = nil
	}
	return p
}

// beginsSettings reports whether p begins with a SETTINGS frame on stream 0, as
// everything does that an HTTP/2 server sends.
func beginsSettings(p []byte) bool {
	h, err := http2.ReadFrameHeader(bytes.NewReader(p))
	return err == nil && h.Type == http2.FrameSettings && h.StreamID == 0 && h.Length%6 == 0 && h.Length <= maxControlFrame
}

// current reports whether responses are followed, and begins anew when the
// following did.
func (r *responses) current() bool {
	phase, epoch := r.talk.state()
	if epoch != r.epoch {
		r.epoch, r.head, r.inBody = epoch, nil, false
	}
	return phase == following
}

// reply gives the replies that are due before the next response.
func (r *responses) reply() error {
	for !r.inBody && len(r.head) == 0 {
		next, ok := r.talk.front()
		if !ok || next.ours == nil {
			return nil
		}
		if next.ours.abort {
			r.talk.pop()
			return errBroken // reaches the client in its order, as the stream's end
		}
		if err := r.leg.admit([]byte(next.ours.head + next.ours.body)); err != nil {
			return err
		}
		r.talk.pop()
		if next.ours.closes {
			return io.EOF
		}
	}
	return nil
}

// advance follows the next bytes of a response and returns how many belong to
// it; false when they are none of a response.
func (r *responses) advance(p []byte) (int, bool) {
	if r.inBody {
		n, done, ok := r.body.consume(p)
		if done {
			r.complete()
		}
		return n, ok
	}
	next, ok := r.talk.front()
	held := len(r.head)
	r.head = append(r.head, p...)
	if !ok || !beginsResponse(r.head) || held > maxHead {
		return 0, false
	}
	if held == 0 && next.edit != nil {
		r.edit = &edit{rule: next.edit, session: r.leg.session}
	}
	n := headLength(r.head)
	if n == 0 {
		return len(p), true
	}
	raw := r.head[:n]
	h, ok := parseResponse(raw)
	r.head = nil
	return n - held, ok && r.begin(&h, raw, next)
}

// bulk implements filter.
func (r *responses) bulk() int64 {
	if !r.inBody || r.edit != nil || !r.current() {
		return 0
	}
	return r.body.bulk()
}

// skip implements filter.
func (r *responses) skip(n int) { r.body.skip(n) }

// begin takes note of a complete head; false when no response follows that could
// be followed.
func (r *responses) begin(h *head, raw []byte, to exchange) bool {
	switch {
	case h.status == 101 || to.connect && h.status < 300 && h.status >= 200:
		return false // another protocol from here on
	case h.status < 200:
		r.talk.continued()
		return true
	case to.expect:
		// The client may now send the body or not: the next request will show.
		return !r.talk.lose(seeking)
	}
	r.body = responseBody(h, to.toHead)
	r.inBody = r.body.mode != noBody
	if !r.inBody {
		r.complete()
	} else if r.edit != nil {
		r.beginEdit(h, raw)
	}
	return true
}

// complete is the end of a response.
func (r *responses) complete() {
	r.inBody = false
	r.talk.pop()
	if r.edit != nil {
		r.edit.ended = true
	}
}

// beginEdit has a rule begin to act on a response.
func (r *responses) beginEdit(h *head, raw []byte) {
	if r.edit.begin(h, raw); r.edit.stage == editSwallowing {
		r.talk.edited()
	}
}

// edited is what goes on of a response's next bytes.
func (r *responses) edited(p []byte) []byte {
	if r.edit == nil {
		return p
	}
	if !r.inBody && len(r.head) == 0 && r.edit.stage == editOpen { // nothing follows that could be edited
		r.edit.stage = editPassing
	}
	out := r.edit.take(p)
	if r.edit.ended || r.edit.stage == editPassing {
		r.edit = nil
	}
	return out
}

// unedited puts what a rule has held before p.
func (r *responses) unedited(p []byte) []byte {
	if r.edit == nil {
		return p
	}
	held := r.edit.release()
	r.edit = nil
	return append(held, p...)
}

// lapsed is what a rule that has ended was holding.
func (r *responses) lapsed() []byte {
	if r.edit == nil || r.edit.stage != editCollecting || !r.edit.rule.over() {
		return nil
	}
	return r.unedited(nil)
}

// drop implements filter.
func (r *responses) drop() { _ = r.unedited(nil) }

// giveUp fails open: the connection is passed unchanged from here on.
func (r *responses) giveUp(p []byte) error {
	if r.talk.lose(opaque) {
		r.leg.session.abort(Both)
		return net.ErrClosed
	}
	r.leg.session.poke() // the other side may hold a head
	return r.leg.admit(r.unedited(p))
}

// end gives the replies that are due although the upstream has ended. It fails
// with errBroken when one of them is to abort the connection.
func (r *responses) end() error {
	if r.multiplexed != nil {
		return r.multiplexed.end()
	}
	if err := r.leg.admit(r.lastEdited()); err != nil {
		return err
	}
	if !r.current() {
		return nil
	}
	if err := r.reply(); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// lastEdited is what is left of a response when the upstream has ended, which may be how a
// body ends.
func (r *responses) lastEdited() []byte {
	if r.edit != nil && r.edit.stage == editCollecting && r.body.mode == restBody {
		r.edit.ended = true
		return r.edit.take(nil)
	}
	return r.unedited(nil)
}

// beginsResponse reports whether p can be the start of a response's head, as far
// as it goes.
func beginsResponse(p []byte) bool {
	const start = "HTTP/1."
	n := min(len(p), len(start))
	return string(p[:n]) == start[:n]
}

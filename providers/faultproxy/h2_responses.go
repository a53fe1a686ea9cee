package faultproxy

import (
	"errors"
	"net"
	"slices"

	"golang.org/x/net/http2"
)

// streamResponses is the ingress side of HTTP rules on an HTTP/2 connection: it
// gives the replies of rules between the frames of the upstream, and holds back
// the frames of streams that are delayed.
type streamResponses struct {
	leg     *leg
	streams *streams
	frames  frames
	block   *headerBlock
	settled bool // the upstream's SETTINGS have come
	held    bool // the frame under way belongs to a delayed stream
	out     []byte
}

func newStreamResponses(l *leg, s *streams) *streamResponses {
	return &streamResponses{leg: l, streams: s, block: newHeaderBlock()}
}

// feed takes bytes from the upstream, or none when there may be a reply to give.
func (q *streamResponses) feed(p []byte) error {
	q.give()
	for len(p) > 0 {
		n, err := q.frames.next(p, q)
		p = p[n:]
		if errors.Is(err, errMalformed) {
			return q.giveUp(p)
		}
		if err != nil {
			return err
		}
		q.give()
	}
	return q.flush()
}

// give adds what is due to the client where it does not break up a frame or a
// header block.
func (q *streamResponses) give() {
	if q.frames.between() && !q.block.open() {
		for _, id := range q.streams.stuck() {
			q.passEdit(id)
		}
		q.out = append(q.out, q.streams.due()...)
		q.block.encoded = q.block.encoded || q.streams.emptied.Load()
	}
}

func (q *streamResponses) flush() error {
	if len(q.out) == 0 {
		return nil
	}
	err := q.leg.admit(q.out)
	q.out = thin(q.out)
	return err
}

// begins implements frameSink.
func (q *streamResponses) begins(h http2.FrameHeader) (frameMode, error) {
	if !q.block.admits(h) || !q.settled && h.Type != http2.FrameSettings {
		return 0, errMalformed
	}
	q.held = false
	switch h.Type {
	case http2.FrameHeaders, http2.FrameContinuation, http2.FramePushPromise:
		return frameGathered, bounded(h, maxHead)
	case http2.FrameSettings:
		return frameGathered, bounded(h, maxControlFrame)
	case http2.FrameData:
		return q.beginsData(h)
	case http2.FrameRSTStream:
		return q.beginsReset(h), nil
	default:
		return framePassed, nil
	}
}

// spend waits for the client's window where replies of ours have used it up.
func (q *streamResponses) spend(h http2.FrameHeader) error {
	if q.streams.trySpend(int64(h.Length)) {
		return nil
	}
	if err := q.flush(); err != nil {
		return err
	}
	if !q.streams.spend(int64(h.Length)) {
		return net.ErrClosed
	}
	return nil
}

// passes implements frameSink.
func (q *streamResponses) passes(h http2.FrameHeader, p []byte) {
	if q.held {
		q.streams.hold(h.StreamID, p)
		return
	}
	q.out = append(q.out, p...)
}

// ends implements frameSink.
func (q *streamResponses) ends(h http2.FrameHeader, raw []byte) error {
	switch h.Type {
	case http2.FrameHeaders, http2.FrameContinuation, http2.FramePushPromise:
		return q.addHeaders(h, raw)
	case http2.FrameSettings:
		return q.learn(h, raw)
	case http2.FrameData, http2.FrameRSTStream:
		q.endsData(h, raw)
	}
	return nil
}

// learn takes note of the upstream's SETTINGS.
func (q *streamResponses) learn(h http2.FrameHeader, raw []byte) error {
	err := settings(h, raw, func(id http2.SettingID, value uint32) {
		if id == http2.SettingHeaderTableSize {
			q.streams.requestTable.Store(value)
		}
	})
	if err != nil {
		return err
	}
	q.settled = true
	q.streams.settle()
	q.out = append(q.out, raw...)
	return nil
}

// addHeaders passes a header block on when it is complete, or holds it back.
func (q *streamResponses) addHeaders(h http2.FrameHeader, raw []byte) error {
	complete, err := q.block.add(h, raw, q.streams.responseTable.Load())
	if err != nil || !complete {
		return err
	}
	if q.editHeaders(q.block.first) {
		return nil
	}
	id := q.block.first.StreamID
	if q.block.first.Type == http2.FramePushPromise {
		q.streams.abandon(id) // what is promised could overtake it
		q.out = append(q.out, q.streams.due()...)
	}
	if !q.streams.holds(id) {
		q.out = append(q.out, q.block.take()...)
		return nil
	}
	q.block.encoded = true // blocks that come later overtake this one
	q.streams.hold(id, q.block.take())
	return nil
}

// unsent are the bytes that were taken and have not gone on.
func (q *streamResponses) unsent() []byte {
	out := slices.Concat(q.out, q.block.raw, q.frames.raw)
	q.block.drop()
	q.frames, q.out = frames{}, nil
	return out
}

// giveUp is that of streamRequests.
func (q *streamResponses) giveUp(p []byte) error {
	if q.streams.owes() || q.leg.session.talk.lose(opaque) {
		q.leg.session.abort(Both)
		return net.ErrClosed
	}
	q.leg.session.poke() // the other side may hold a frame
	return q.leg.admit(append(q.unsent(), p...))
}

// end gives what is left when the upstream has ended.
func (q *streamResponses) end() error {
	if q.frames.between() && !q.block.open() {
		for _, id := range q.streams.holding() {
			q.passEdit(id)
		}
		q.out = append(q.out, q.streams.releaseAll()...)
	}
	return q.leg.admit(q.unsent())
}

package faultproxy

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// streamRequests is the egress side of HTTP rules on an HTTP/2 connection: it
// keeps the streams that a rule answers from the upstream, and all others pass.
type streamRequests struct {
	requests *requests
	streams  *streams
	preface  int // bytes of the client's preface still to come
	frames   frames
	block    *headerBlock
}

func newStreamRequests(r *requests, s *streams) *streamRequests {
	return &streamRequests{requests: r, streams: s, preface: len(http2.ClientPreface), block: newHeaderBlock()}
}

// feed takes bytes from the client.
func (q *streamRequests) feed(p []byte) error {
	for q.preface > 0 && len(p) > 0 {
		if p[0] != http2.ClientPreface[len(http2.ClientPreface)-q.preface] {
			return q.giveUp(p)
		}
		q.requests.emit(p[:1])
		q.preface--
		p = p[1:]
	}
	for len(p) > 0 {
		n, err := q.frames.next(p, q)
		p = p[n:]
		if errors.Is(err, errMalformed) {
			return q.giveUp(p)
		}
		if err != nil {
			return err
		}
	}
	if q.frames.between() && !q.block.open() && q.preface == 0 {
		q.requests.emit(q.streams.refunds())
	}
	return nil
}

// begins implements frameSink.
func (q *streamRequests) begins(h http2.FrameHeader) (frameMode, error) {
	if !q.block.admits(h) {
		return 0, errMalformed
	}
	switch h.Type {
	case http2.FrameHeaders, http2.FrameContinuation:
		return frameGathered, bounded(h, maxHead)
	case http2.FrameSettings, http2.FrameWindowUpdate:
		return frameGathered, bounded(h, maxControlFrame)
	case http2.FrameRSTStream:
		q.streams.abandon(h.StreamID)
		q.streams.forgo(h.StreamID)
	}
	if h.StreamID != 0 && q.streams.isAnswered(h.StreamID) {
		return frameSwallowed, nil
	}
	return framePassed, nil
}

// bounded refuses a frame that is longer than may be gathered.
func bounded(h http2.FrameHeader, most uint32) error {
	if h.Length > most {
		return errMalformed
	}
	return nil
}

// passes implements frameSink.
func (q *streamRequests) passes(_ http2.FrameHeader, p []byte) { q.requests.emit(p) }

// ends implements frameSink.
func (q *streamRequests) ends(h http2.FrameHeader, raw []byte) error {
	switch h.Type {
	case http2.FrameHeaders, http2.FrameContinuation:
		return q.addHeaders(h, raw)
	case http2.FrameSettings:
		return q.learn(h, raw)
	case http2.FrameWindowUpdate:
		return q.grow(h, raw)
	}
	if q.frames.mode == frameSwallowed {
		q.streams.swallowed(h)
		q.requests.leg.session.poke() // the client's window is given back
	}
	return nil
}

// learn takes note of the client's SETTINGS.
func (q *streamRequests) learn(h http2.FrameHeader, raw []byte) error {
	err := settings(h, raw, func(id http2.SettingID, value uint32) {
		switch id {
		case http2.SettingHeaderTableSize:
			if value < max(q.streams.responseTable.Swap(value), defaultTable) {
				q.streams.shrunk.Store(true)
			}
		case http2.SettingInitialWindowSize:
			q.streams.setInitial(value)
		}
	})
	if err == nil {
		q.requests.emit(raw)
	}
	return err
}

// grow passes on what of a WINDOW_UPDATE is for the upstream.
func (q *streamRequests) grow(h http2.FrameHeader, raw []byte) error {
	if h.Length != 4 {
		return errMalformed
	}
	by := binary.BigEndian.Uint32(raw[frameHeaderSize:]) & (1<<31 - 1)
	switch rest := q.streams.grow(h.StreamID, by); {
	case rest == by:
		q.requests.emit(raw)
	case rest > 0:
		q.requests.emit(windowUpdate(h.StreamID, rest))
	}
	if q.streams.waiting() {
		q.requests.leg.session.poke()
	}
	return nil
}

// addHeaders judges a request when its header block is complete.
func (q *streamRequests) addHeaders(h http2.FrameHeader, raw []byte) error {
	complete, err := q.block.add(h, raw, q.streams.requestTable.Load())
	if err != nil || !complete {
		return err
	}
	first := q.block.first
	ended := first.Flags.Has(http2.FlagHeadersEndStream)
	if q.streams.isAnswered(first.StreamID) { // trailers
		q.block.encoded = true
		q.block.drop()
		q.streams.swallowed(first)
		return nil
	}
	if request, ok := streamHead(q.block.fields); ok && q.judge(first.StreamID, request, ended) {
		q.block.encoded = true
		q.block.drop()
		return nil
	}
	q.requests.emit(q.block.take())
	return nil
}

// judge applies the rules to a request, and reports whether one answers it.
func (q *streamRequests) judge(id uint32, h *head, ended bool) bool {
	var lags []lag
	var edit *activeRule
	for _, rule := range q.requests.leg.proxy.rules.Load().http {
		if !rule.selects(h) || !picks(rule.Percent, rule.Seed, rule.tally.match()) {
			continue
		}
		switch {
		case rule.Kind == HTTPBody: // which may find no body, and touches the response
			edit = cmp.Or(edit, rule)
		case rule.Kind == HTTPDelay:
			lags = append(lags, lag{rule, rule.delays.next()})
		case q.streams.answer(id, rule, h, ended, lags): // else too many streams wait
			return true
		}
	}
	if len(lags) > 0 {
		q.streams.delay(id, lags)
	}
	q.streams.edit(id, edit)
	return false
}

// streamHead is a request's head in HTTP/2; false: trailers.
func streamHead(fields []hpack.HeaderField) (*head, bool) {
	h := &head{multiplexed: true}
	for _, f := range fields {
		switch f.Name {
		case ":method":
			h.method = f.Value
		case ":path":
			h.target = f.Value
		case ":authority":
			h.fields = append(h.fields, field{"host", f.Value})
		}
		if !strings.HasPrefix(f.Name, ":") {
			h.fields = append(h.fields, field{f.Name, f.Value})
		}
	}
	return h, h.method != ""
}

// held are the bytes that were taken and have not gone on.
func (q *streamRequests) held() []byte {
	out := slices.Concat(q.block.raw, q.frames.raw)
	q.block.drop()
	q.frames = frames{}
	return out
}

// giveUp fails open where nothing has been kept from either side: the connection
// passes unchanged from here on. Else it ends.
func (q *streamRequests) giveUp(p []byte) error {
	r := q.requests
	if q.streams.owes() || q.streams.session.talk.lose(opaque) {
		return r.abort()
	}
	r.emit(q.held())
	r.multiplexed = nil
	r.leg.session.poke() // the other side has no more to follow either
	return r.pass(p)
}

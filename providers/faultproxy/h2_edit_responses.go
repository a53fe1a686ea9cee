package faultproxy

import "golang.org/x/net/http2"

// beginsData chooses the mode of a DATA frame.
func (q *streamResponses) beginsData(h http2.FrameHeader) (frameMode, error) {
	stage, edited := q.streams.editing(h.StreamID)
	if edited && stage == editSwallowing {
		return frameSwallowed, nil
	}
	if err := q.spend(h); err != nil {
		return 0, err
	}
	if edited && stage == editCollecting {
		if h.Length <= maxAltered {
			return frameGathered, nil
		}
		q.passEdit(h.StreamID)
	}
	q.held = q.streams.holds(h.StreamID)
	return framePassed, nil
}

// beginsReset chooses the mode of a RST_STREAM: of a response that has been replaced, the
// client has got all.
func (q *streamResponses) beginsReset(h http2.FrameHeader) frameMode {
	switch stage, edited := q.streams.editing(h.StreamID); {
	case edited && stage == editSwallowing:
		return frameSwallowed
	case edited:
		q.passEdit(h.StreamID)
	}
	q.held = q.streams.holds(h.StreamID)
	return framePassed
}

// endsData is the end of a frame that may be part of a response under edit.
func (q *streamResponses) endsData(h http2.FrameHeader, raw []byte) {
	switch q.frames.mode {
	case frameSwallowed:
		q.streams.swallow(h)
		q.leg.session.poke() // the upstream's window is given back
	case frameGathered:
		q.collect(h, raw)
	}
}

// editHeaders takes a header block of a response under edit, and reports false where it
// passes.
func (q *streamResponses) editHeaders(first http2.FrameHeader) bool {
	stage, edited := q.streams.editing(first.StreamID)
	if !edited || first.Type != http2.FrameHeaders {
		return false
	}
	if stage == editOpen && !q.streams.beginEdit(first, q.block.fields) {
		return false
	}
	q.block.encoded = true // blocks that come later overtake this one, or it does not go on
	block := q.block.take()
	switch {
	case stage == editSwallowing:
		q.streams.swallow(first)
	case stage == editCollecting || !q.streams.replaceAtOnce(first.StreamID):
		q.collect(first, block)
	}
	return true
}

// collect holds frames of a response, and ends its edit when it is complete or may not be held.
func (q *streamResponses) collect(h http2.FrameHeader, frames []byte) {
	switch complete, ok := q.streams.collect(h, frames); {
	case complete:
		q.forward(h.StreamID, q.streams.completeEdit(h.StreamID))
		q.leg.session.poke() // the upstream's window is given back
	case !ok:
		if _, edited := q.streams.editing(h.StreamID); edited {
			q.passEdit(h.StreamID)
		} else { // the client has given it up
			q.forward(h.StreamID, frames)
		}
	}
}

// passEdit lets a response go on as it came.
func (q *streamResponses) passEdit(id uint32) {
	q.forward(id, q.streams.passEdit(id))
}

// forward passes frames of a stream on, or holds them back.
func (q *streamResponses) forward(id uint32, frames []byte) {
	if len(frames) > 0 && q.streams.holds(id) {
		q.streams.hold(id, frames)
		return
	}
	q.out = append(q.out, frames...)
}

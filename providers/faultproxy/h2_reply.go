package faultproxy

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// streamReply is what a client gets on a stream that the upstream never sees.
type streamReply struct {
	id        uint32
	head      []byte // frames; nil: given
	body      string // still to be given, as the client's windows allow; many share that of a rule
	window    int64
	given     bool // all of it
	uploading bool // the request has not ended
	abort     bool // a RST_STREAM is all there is
}

// cancel drops what has not been given.
func (r *streamReply) cancel() { r.head, r.body, r.given, r.uploading = nil, "", true, false }

// answer has a stream answered by a rule, after delays, and reports false where too
// many wait for their answer already.
func (s *streams) answer(id uint32, r *activeRule, h *head, ended bool, lags []lag) bool {
	reply := &streamReply{id: id, uploading: !ended}
	switch r.Kind {
	case HTTPAbort:
		reply.abort, reply.uploading = true, false
		reply.head = resetFrame(id, http2.ErrCodeInternal)
	case GRPCStatus:
		reply.head = headers(id, grpcTrailers(r), true, s.shrunk.Load())
	default:
		fields, body := streamAnswer(r, h)
		reply.head, reply.body = headers(id, fields, body == "", s.shrunk.Load()), body
	}
	if !s.enter(reply) {
		return false
	}
	s.session.touch(r, 0, 1) // before the client can see it
	s.after(lags, func() { s.enqueue(reply) })
	return true
}

// enqueue has a reply given.
func (s *streams) enqueue(reply *streamReply) {
	s.mu.Lock()
	s.ready = append(s.ready, reply)
	s.mu.Unlock()
	s.session.poke()
}

// enter lists a stream as ours. Only so many are remembered: the upstream takes a
// frame of a stream it has never seen for an error, but none will come for the
// oldest that have been answered.
func (s *streams) enter(reply *streamReply) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.order) >= maxHeldStreams && !s.evict() {
		return false
	}
	s.owing = true
	reply.window = s.initial
	s.answered[reply.id] = reply
	s.order = append(s.order, reply.id)
	return true
}

// evict forgets the oldest stream that has been answered; false: there is none.
func (s *streams) evict() bool {
	i := slices.IndexFunc(s.order, func(id uint32) bool { return s.answered[id].given })
	if i < 0 {
		return false
	}
	delete(s.answered, s.order[i])
	s.order = slices.Delete(s.order, i, i+1)
	return true
}

// after calls do when the delays are over, unless the session is before. Each counts as it begins:
// until then its rule, or the session, may have ended.
func (s *streams) after(lags []lag, do func()) {
	if len(lags) == 0 {
		do()
		return
	}
	proxy := s.session.proxy
	at := time.Now()
	proxy.routines.Go(func() {
		for _, l := range lags {
			at = at.Add(l.by)
			if !l.rule.over() && !s.session.over() {
				s.session.touch(l.rule, 0, 1)
			}
			if !sleep(proxy.clock, at, l.rule.ended, s.session.done) {
				at = time.Now()
			}
		}
		if !s.session.over() {
			do()
		}
	})
}

// due takes the frames that the client is to get now, at the boundary of two
// frames of the upstream's.
func (s *streams) due() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.settled {
		return nil
	}
	var out []byte
	if s.refund > 0 {
		out, s.refund = windowUpdate(0, s.refund), 0
	}
	waiting := s.ready[:0]
	for _, reply := range s.ready {
		if out = s.give(out, reply); !reply.given {
			waiting = append(waiting, reply)
		} else if e := s.edits[reply.id]; e != nil {
			s.finishEdit(e)
		}
	}
	clear(s.ready[len(waiting):])
	s.ready = waiting
	return s.releaseRipe(out)
}

// give appends as much of a reply as the client takes. The caller holds the lock.
func (s *streams) give(out []byte, reply *streamReply) []byte {
	if reply.given {
		return out
	}
	if len(reply.head) > 0 && s.shrunk.Load() {
		s.emptied.Store(true)
	}
	out, reply.head = append(out, reply.head...), nil
	for reply.body != "" {
		n := min(int64(len(reply.body)), maxControlFrame, reply.window, s.window)
		if n <= 0 {
			return out
		}
		var flags http2.Flags
		if n == int64(len(reply.body)) {
			flags = http2.FlagDataEndStream
		}
		out = append(out, frame(http2.FrameData, flags, reply.id, []byte(reply.body[:n]))...)
		reply.body = reply.body[n:]
		reply.window, s.window, s.debt = reply.window-n, s.window-n, s.debt+n
	}
	reply.given = true
	if reply.uploading { // the client need not go on (RFC 9113, section 8.1)
		out = append(out, resetFrame(reply.id, http2.ErrCodeNo)...)
	}
	return out
}

func resetFrame(id uint32, code http2.ErrCode) []byte {
	return frame(http2.FrameRSTStream, 0, id, []byte{byte(code >> 24), byte(code >> 16), byte(code >> 8), byte(code)})
}

func headers(id uint32, fields []hpack.HeaderField, end, shrunk bool) []byte {
	var flags http2.Flags
	if end {
		flags = http2.FlagHeadersEndStream
	}
	return blockFrames(http2.FrameHeaders, flags, id, nil, stateless(fields, shrunk))
}

// streamAnswer is answer for HTTP/2.
func streamAnswer(r *activeRule, h *head) (fields []hpack.HeaderField, body string) {
	fields = []hpack.HeaderField{{Name: ":status", Value: strconv.Itoa(r.Status)}}
	typed := false
	for _, name := range slices.Sorted(maps.Keys(r.ResponseHeaders)) {
		lower := strings.ToLower(name)
		if hopByHop(lower) {
			continue
		}
		fields = append(fields, hpack.HeaderField{Name: lower, Value: r.ResponseHeaders[name]})
		typed = typed || lower == "content-type"
	}
	if r.Status == http.StatusNoContent || r.Status == http.StatusNotModified {
		return fields, ""
	}
	fields = append(fields, hpack.HeaderField{Name: "content-length", Value: strconv.Itoa(len(r.Body))})
	if r.Body != "" && !typed {
		fields = append(fields, hpack.HeaderField{Name: "content-type", Value: "text/plain; charset=utf-8"})
	}
	if h.method == http.MethodHead {
		return fields, ""
	}
	return fields, r.Body
}

// hopByHop are fields that HTTP/2 does not allow (RFC 9113, section 8.2.2).
func hopByHop(name string) bool {
	return slices.Contains([]string{"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}, name)
}

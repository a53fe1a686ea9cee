package faultproxy

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// streamEdit is the response of an HTTP/2 stream on which a rule acts; its request
// passes. What the upstream sends and the client does not get is given back to the
// upstream's windows.
type streamEdit struct {
	rule   *activeRule
	reply  *streamReply // with the client's window from the request on
	stage  editStage
	ended  bool // the upstream has sent all
	refund uint32
	fields []field
	kept   []byte // frames, while text in the body may be replaced
	taken  int64  // of the client's window by these
}

// edit has a rule act on the response of a stream, unless there are too many.
func (s *streams) edit(id uint32, rule *activeRule) {
	if rule == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.edits) < maxHeldStreams {
		s.edits[id] = &streamEdit{rule: rule, reply: &streamReply{id: id, window: s.initial}}
	}
}

// forgo ends the edit of a stream that the client has given up.
func (s *streams) forgo(id uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.edits[id]; e != nil {
		e.reply.cancel()
		s.takeBack(e)
		s.release(e)
	}
}

// takeBack returns to the upstream's window of all streams what is held and will not reach the
// client. The caller holds the lock.
func (s *streams) takeBack(e *streamEdit) {
	s.window += e.taken
	s.upstreamRefund += uint32(e.taken)
	e.taken = 0
	s.keep(e, nil)
}

// passEdit ends an edit and returns what it held, which goes on.
func (s *streams) passEdit(id uint32) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.edits[id]; e != nil {
		return s.release(e)
	}
	return nil // the client has given the stream up
}

// editing is how far the edit of a stream is; false: there is none.
func (s *streams) editing(id uint32) (editStage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.edits[id]
	if e == nil {
		return 0, false
	}
	return e.stage, true
}

// beginEdit takes the head of a response, and reports false where that passes.
func (s *streams) beginEdit(first http2.FrameHeader, fields []hpack.HeaderField) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, h := s.edits[first.StreamID], responseHead(fields)
	if e == nil || h.status < 200 { // 1xx: others follow
		return false
	}
	if first.Flags.Has(http2.FlagHeadersEndStream) || !e.rule.edits(h) {
		s.release(e)
		return false
	}
	s.owing = true
	e.fields, e.stage = h.fields, editCollecting
	return true
}

// responseHead is a response's head in HTTP/2; without a status: trailers.
func responseHead(fields []hpack.HeaderField) *head {
	h := &head{multiplexed: true}
	for _, f := range fields {
		if f.Name == ":status" {
			h.status, _ = strconv.Atoi(f.Value)
		}
		h.fields = append(h.fields, field{f.Name, f.Value})
	}
	return h
}

// replaceAtOnce gives the body of a rule that needs nothing of the upstream's but the
// head, and reports false for one that does.
func (s *streams) replaceAtOnce(id uint32) bool {
	s.mu.Lock()
	e := s.edits[id]
	s.mu.Unlock()
	if e == nil || e.rule.alters() {
		return false
	}
	s.replace(e, e.rule.Body)
	return true
}

// replace gives the client another body, after what delays the stream.
func (s *streams) replace(e *streamEdit, body string) {
	id := e.reply.id
	s.session.touch(e.rule, 0, 1)
	s.mu.Lock()
	fields := streamFields(e.rule.rewritten(e.fields, len(body)))
	e.stage, e.fields = editSwallowing, nil
	e.reply.head, e.reply.body = headers(id, fields, body == "", s.shrunk.Load()), body
	var lags []lag
	if d := s.delayed[id]; d != nil && len(d.frames) == 0 {
		lags = d.lags
		delete(s.delayed, id)
	}
	s.mu.Unlock()
	s.after(lags, func() { s.enqueue(e.reply) })
}

// streamFields writes fields as HTTP/2 has them.
func streamFields(fields []field) []hpack.HeaderField {
	var out []hpack.HeaderField
	for _, f := range fields {
		if name := strings.ToLower(f.name); !hopByHop(name) {
			out = append(out, hpack.HeaderField{Name: name, Value: f.value})
		}
	}
	return out
}

// swallow gives the upstream back what a frame took of its windows.
func (s *streams) swallow(h http2.FrameHeader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.edits[h.StreamID]
	if h.Type == http2.FrameData {
		s.upstreamRefund += h.Length
	}
	if e == nil {
		return
	}
	if h.Type == http2.FrameData {
		e.refund += h.Length
	}
	e.ended = e.ended || h.Type == http2.FrameRSTStream || h.Flags.Has(http2.FlagDataEndStream)
	s.finishEdit(e)
}

// finishEdit forgets a stream that both sides are done with. The caller holds the lock.
func (s *streams) finishEdit(e *streamEdit) {
	if e.ended && e.reply.given {
		s.release(e)
	}
}

// release ends an edit and returns the frames that it held. The caller holds the lock.
func (s *streams) release(e *streamEdit) []byte {
	delete(s.edits, e.reply.id)
	kept := e.kept
	s.keep(e, nil)
	return kept
}

// keep holds frames on the budget of all sessions. The caller holds the lock.
func (s *streams) keep(e *streamEdit, frames []byte) {
	s.session.proxy.held.used.Add(int64(len(frames) - len(e.kept)))
	e.kept = frames
}

// collect holds frames of a response until it is complete, and reports that, and false where
// they may not be held: for their size, or because the upstream waits for windows
// that the client will not open for what it does not see.
func (s *streams) collect(h http2.FrameHeader, raw []byte) (complete, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.edits[h.StreamID]
	if e == nil {
		return false, false
	}
	s.keep(e, append(e.kept, raw...))
	if h.Type == http2.FrameData {
		e.taken += int64(h.Length)
	}
	if e.ended = h.Flags.Has(http2.FlagDataEndStream); e.ended {
		return true, true
	}
	return false, len(e.kept) <= maxAltered && !s.session.proxy.held.exhausted() && e.taken < e.reply.window
}

// completeEdit replaces text in a complete response, and returns the frames of one that has none to
// replace.
func (s *streams) completeEdit(id uint32) []byte {
	s.mu.Lock()
	e := s.edits[id]
	if e == nil { // the client has given the stream up
		s.mu.Unlock()
		return nil
	}
	changed := e.rule.replaced(dataOf(e.kept))
	if changed == nil {
		defer s.mu.Unlock()
		return s.release(e)
	}
	s.takeBack(e)
	s.mu.Unlock()
	s.replace(e, string(changed))
	return nil
}

// dataOf is what the DATA frames carry among these frames.
func dataOf(frames []byte) []byte {
	var data []byte
	framer := http2.NewFramer(nil, bytes.NewReader(frames))
	framer.SetMaxReadFrameSize(maxAltered)
	framer.AllowIllegalReads = true // continuations stand where the blocks are, which are of no interest
	for {
		f, err := framer.ReadFrame()
		if err != nil {
			return data
		}
		if d, ok := f.(*http2.DataFrame); ok {
			data = append(data, d.Data()...)
		}
	}
}

// stuck lists the streams that hold frames and should not any more: the rule has ended, or
// the upstream waits for the client's window of all streams.
func (s *streams) stuck() []uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(s.collecting(), func(id uint32) bool { return s.window > 0 && !s.edits[id].rule.over() })
}

// holding lists the streams that hold frames.
func (s *streams) holding() []uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.collecting()
}

// collecting is holding for a caller that holds the lock.
func (s *streams) collecting() []uint32 {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.edits)), func(id uint32) bool { return s.edits[id].stage != editCollecting })
}

// refunds are the frames that give the upstream its windows back.
func (s *streams) refunds() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.upstreamRefund == 0 {
		return nil
	}
	out := windowUpdate(0, s.upstreamRefund)
	s.upstreamRefund = 0
	for _, id := range slices.Sorted(maps.Keys(s.edits)) {
		if e := s.edits[id]; e.refund > 0 && !e.ended {
			out = append(out, windowUpdate(id, e.refund)...)
			e.refund = 0
		}
	}
	return out
}

package faultproxy

import (
	"bytes"
	"maps"
	"slices"

	"golang.org/x/net/http2"
)

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

package faultproxy

import (
	"maps"
	"slices"

	"golang.org/x/net/http2"
)

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

// takeBack returns to the upstream's window of all streams what is held and will not reach the
// client. The caller holds the lock.
func (s *streams) takeBack(e *streamEdit) {
	s.window += e.taken
	s.upstreamRefund += uint32(e.taken)
	e.taken = 0
	s.keep(e, nil)
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

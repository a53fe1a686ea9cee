package faultproxy

import (
	"strconv"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

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

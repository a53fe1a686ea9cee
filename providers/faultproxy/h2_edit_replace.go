package faultproxy

import (
	"strings"

	"golang.org/x/net/http2/hpack"
)

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

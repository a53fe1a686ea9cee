package faultproxy

// touch is evidence for a rule: it acted on this connection, on so many bytes
// and requests.
func (s *session) touch(r *activeRule, bytes, requests int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(r.tally, bytes, requests)
}

// count adds to a rule's evidence, and counts the connection the first time. The
// caller holds the lock.
func (s *session) count(t *tally, bytes, requests int64) {
	t.add(s.firstTouch(t), bytes, requests)
}

// firstTouch is 1 when the rule had not acted on the connection before, else 0.
// The caller holds the lock.
func (s *session) firstTouch(t *tally) int64 {
	if _, known := s.touched[t]; known {
		return 0
	}
	if s.touched == nil {
		s.touched = make(map[*tally]struct{})
	}
	s.touched[t] = struct{}{}
	return 1
}

// owe has the client get a reply in place of a request's response, which counts for the rule before the
// client can see it; false: requests are not followed any more, and the rule does nothing.
func (s *session) owe(r *activeRule, ours *reply) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.pushThen(exchange{ours: ours}, func() { s.count(r.tally, 0, 1) })
}

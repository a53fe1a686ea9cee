package faultproxy

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

// passEdit ends an edit and returns what it held, which goes on.
func (s *streams) passEdit(id uint32) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.edits[id]; e != nil {
		return s.release(e)
	}
	return nil // the client has given the stream up
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

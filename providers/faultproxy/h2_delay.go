package faultproxy

// delayedStream holds back the responses of a stream. Requests cannot be held:
// streams are opened in the order of their ids, so all later ones would have to
// wait with one.
type delayedStream struct {
	lags    []lag
	started bool
	over    bool
	frames  []byte
}

// delay has the responses of a stream come later, unless too many are held.
func (s *streams) delay(id uint32, lags []lag) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.delayed) < maxHeldStreams {
		s.owing = true
		s.delayed[id] = &delayedStream{lags: lags}
	}
}

// holds reports whether frames of a stream are held back at present.
func (s *streams) holds(id uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.delayed[id] != nil
}

func (s *streams) ripe(d *delayedStream) {
	s.mu.Lock()
	d.over = true
	s.mu.Unlock()
	s.session.poke()
}

// hold keeps frames back. The first starts the delay, unless it may not be kept.
func (s *streams) hold(id uint32, p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.delayed[id]
	d.frames = append(d.frames, p...)
	s.session.proxy.held.used.Add(int64(len(p)))
	if len(d.frames) > maxHeldBytes || s.session.proxy.held.exhausted() {
		d.over = true
	}
	if !d.started && !d.over {
		d.started = true
		s.after(d.lags, func() { s.ripe(d) })
	}
}

// abandon ends the delay of a stream that the client has given up, or that is to
// pass after all.
func (s *streams) abandon(id uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.delayed[id]; d != nil {
		d.over = true
	}
}

// releaseRipe appends the frames whose delay is over. The caller holds the lock.
func (s *streams) releaseRipe(out []byte) []byte {
	for id, d := range s.delayed {
		if d.over {
			out = append(out, d.frames...)
			s.session.proxy.held.used.Add(-int64(len(d.frames)))
			delete(s.delayed, id)
		}
	}
	return out
}

// releaseAll ends every delay, as the upstream has ended.
func (s *streams) releaseAll() []byte {
	s.mu.Lock()
	for _, d := range s.delayed {
		d.over = true
	}
	s.mu.Unlock()
	return s.due()
}

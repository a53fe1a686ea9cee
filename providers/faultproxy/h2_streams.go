package faultproxy

import (
	"sync"
	"sync/atomic"

	"golang.org/x/net/http2"
)

const (
	// defaultWindow is a flow-control window before any SETTINGS (RFC 9113, 6.9.2).
	defaultWindow = 65535
	// maxHeldStreams and maxHeldBytes bound what rules keep of one connection:
	// beyond it, streams pass.
	maxHeldStreams = 1024
	maxHeldBytes   = 4 << 20
)

// streams is what the two directions of an HTTP/2 connection know together.
// Frames pass from one end to the other with the ids that they have, but for those
// of the streams that are listed here.
type streams struct {
	session       *session
	requestTable  atomic.Uint32 // what the upstream allows the client's HPACK table
	responseTable atomic.Uint32 // the reverse
	shrunk        atomic.Bool   // the client has announced a smaller table
	emptied       atomic.Bool   // and a reply of ours has made it empty
	eased         chan struct{} // readable after the client's window has grown

	mu       sync.Mutex
	owing    bool // a stream was answered or held: nothing but following is right
	settled  bool // the upstream's SETTINGS have passed: the client may get frames of ours
	initial  int64
	window   int64                   // what the client takes of all streams
	debt     int64                   // bytes of ours within that, which the upstream knows nothing of
	refund   uint32                  // of that, to be given back to the client
	answered map[uint32]*streamReply // also those of late: frames may still be on their way
	order    []uint32                // of answered
	ready    []*streamReply          // to be given
	delayed  map[uint32]*delayedStream
	edits    map[uint32]*streamEdit

	upstreamRefund uint32 // to be given back to the upstream
}

func newStreams(s *session) *streams {
	return &streams{
		session: s, eased: make(chan struct{}, 1), initial: defaultWindow, window: defaultWindow,
		answered: make(map[uint32]*streamReply), delayed: make(map[uint32]*delayedStream),
		edits: make(map[uint32]*streamEdit),
	}
}

// owes reports whether the connection can no longer be left to itself.
func (s *streams) owes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owing
}

// settle notes that the upstream's SETTINGS are on their way, with which its side
// of the connection has to begin.
func (s *streams) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled = true
}

// isAnswered reports whether the rest of a request is ours to swallow.
func (s *streams) isAnswered(id uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answered[id] != nil
}

// swallowed gives the client back what a frame took of the connection's window,
// as the upstream never will.
func (s *streams) swallowed(h http2.FrameHeader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.Type == http2.FrameData {
		s.refund += h.Length
	}
	reply := s.answered[h.StreamID]
	if reply == nil {
		return
	}
	switch {
	case h.Type == http2.FrameRSTStream:
		reply.cancel()
	case h.Flags.Has(http2.FlagDataEndStream) && (h.Type == http2.FrameData || h.Type == http2.FrameHeaders):
		reply.uploading = false
	}
}

// grow takes note of a WINDOW_UPDATE of the client's and returns what the
// upstream is to know of it.
func (s *streams) grow(id, by uint32) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != 0 {
		if reply := s.answered[id]; reply != nil {
			reply.window += int64(by)
			return 0
		}
		return s.growEdit(id, by)
	}
	ours := min(s.debt, int64(by))
	s.debt -= ours
	s.window += int64(by)
	signal(s.eased)
	return by - uint32(ours)
}

// growEdit is grow for a stream that the upstream knows. The caller holds the lock.
func (s *streams) growEdit(id, by uint32) uint32 {
	e := s.edits[id]
	if e == nil {
		return by
	}
	e.reply.window += int64(by)
	if e.stage == editSwallowing {
		return 0 // the client makes room for our body
	}
	return by
}

// spend takes what the upstream sends off the client's window. Where our own data
// has used it up, which the upstream cannot know, it waits; false: the session is
// over.
func (s *streams) spend(n int64) bool {
	for !s.trySpend(n) {
		select {
		case <-s.eased:
		case <-s.session.done:
			return false
		}
	}
	return true
}

func (s *streams) trySpend(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.debt > 0 && n > s.window {
		return false
	}
	s.window -= n
	return true
}

func (s *streams) setInitial(window uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, reply := range s.answered {
		reply.window += int64(window) - s.initial
	}
	for _, e := range s.edits {
		e.reply.window += int64(window) - s.initial
	}
	s.initial = int64(window)
}

// waiting reports whether a reply waits for the client's window.
func (s *streams) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ready) > 0
}

// forsake gives the budget back at the end of a session.
func (s *streams) forsake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, d := range s.delayed {
		s.session.proxy.held.used.Add(-int64(len(d.frames)))
		delete(s.delayed, id)
	}
	for _, e := range s.edits {
		s.release(e)
	}
}

// windowUpdate is a frame that allows n more bytes.
func windowUpdate(stream, n uint32) []byte {
	return frame(http2.FrameWindowUpdate, 0, stream, []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

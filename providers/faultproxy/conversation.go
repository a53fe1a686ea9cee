package faultproxy

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"
)

// conversation is what the two directions of a session know together about the
// HTTP on it: whether requests are followed at all, and those that still wait
// for their response.
type conversation struct {
	last        atomic.Int32 // which way bytes flowed last
	asked       atomic.Bool  // bytes of the client's have gone to the upstream
	disregarded atomic.Bool  // too many others are followed

	eased chan struct{} // readable after requests have gone from pending

	mu      sync.Mutex
	phase   phase
	epoch   int        // counts the times that following began
	pending []exchange // in the order of the requests
	streams *streams   // of HTTP/2
}

func newConversation() *conversation { return &conversation{eased: make(chan struct{}, 1)} }

// phase is how far a conversation is understood.
type phase int

const (
	seeking     phase = iota // bytes pass; with HTTP rules in force, a request is looked for
	following                // every request and response is
	opaque                   // not HTTP, or no longer: bytes pass for good
	multiplexed              // HTTP/2: every stream is followed
)

// What conversation.last holds.
const (
	nothingFlowed int32 = iota
	egressFlowed
	ingressFlowed
)

// flowed notes which way bytes went, by which a request boundary is recognised
// when a rule arrives in the middle of a connection. It returns what it noted
// before.
func (c *conversation) flowed(way Direction) (before int32) {
	flow := flowOf(way)
	before = c.last.Load()
	if before != flow { // a store would take the memory from the other core
		c.last.Store(flow)
		if way == Egress {
			c.asked.Store(true)
		}
	}
	return before
}

// unflowed takes back what flowed noted: the bytes did not go after all. What
// has flowed the other way since stands.
func (c *conversation) unflowed(way Direction, before int32) {
	c.last.CompareAndSwap(flowOf(way), before)
}

func flowOf(way Direction) int32 {
	if way == Egress {
		return egressFlowed
	}
	return ingressFlowed
}

// concerns reports whether HTTP rules need to see the session's bytes.
func (c *conversation) concerns(set *ruleSet) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == following || c.phase == multiplexed || c.phase == seeking && len(set.http) > 0
}

// state is the phase, and the epoch that tells one following from the next.
func (c *conversation) state() (phase, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase, c.epoch
}

// follow begins where p is the start of a request. On a connection on which
// bytes have flowed that takes a whole request line, and the upstream to have
// spoken last: else p may be the rest of something. A connection that begins
// with anything else is opaque.
func (c *conversation) follow(p []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.last.Load()
	if c.phase != seeking || last == egressFlowed || len(p) == 0 {
		return false
	}
	if !beginsRequest(p) && !(c.maySpeakHTTP2() && beginsHTTP2(p)) {
		if last == nothingFlowed {
			c.phase = opaque
		}
		return false
	}
	if last == ingressFlowed && bytes.IndexByte(p, '\n') < 0 {
		return false
	}
	c.phase = following
	c.epoch++
	return true
}

// seeks reports whether what comes next may begin HTTP: a request, or the upstream's first
// word where it speaks first.
func (c *conversation) seeks(way Direction) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.last.Load()
	return c.phase == seeking && (last == nothingFlowed || way == Egress && last == ingressFlowed)
}

// multiplex goes on in HTTP/2, at the beginning of a connection; false where it
// is none.
func (c *conversation) multiplex(s *session) (*streams, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase != following || len(c.pending) > 0 || !c.maySpeakHTTP2() {
		return nil, false
	}
	if c.streams == nil {
		c.streams = newStreams(s)
	}
	c.phase = multiplexed
	return c.streams, true
}

// maySpeakHTTP2 reports whether the client is at its beginning, and the upstream
// too or followed from there. The caller holds the lock.
func (c *conversation) maySpeakHTTP2() bool {
	return !c.asked.Load() && (c.last.Load() == nothingFlowed || c.streams != nil)
}

// anticipate prepares for HTTP/2 where the upstream speaks first, as it may, and
// nothing has been said before.
func (c *conversation) anticipate(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == seeking && c.last.Load() == nothingFlowed && c.streams == nil {
		c.streams = newStreams(s)
	}
}

// multiplexing is what is known of the streams; nil when there are none, or they
// are not followed any more.
func (c *conversation) multiplexing() *streams {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == multiplexed || c.phase != opaque && !c.asked.Load() {
		return c.streams
	}
	return nil
}

// settle goes back to seeking where nothing is under way, at a request boundary
// when there are no HTTP rules any more.
func (c *conversation) settle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase != following || len(c.pending) > 0 {
		return false
	}
	c.phase = seeking
	return true
}

// lose gives up following, for now or (opaque) for good. It changes nothing and
// reports true when a client still waits for a reply of ours, which it could no
// longer get: then the session is to be aborted.
func (c *conversation) lose(to phase) (owing bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == opaque {
		return false
	}
	if slices.ContainsFunc(c.pending, func(e exchange) bool { return e.ours != nil || e.edited }) {
		return true
	}
	c.phase, c.pending = to, nil
	signal(c.eased)
	return false
}

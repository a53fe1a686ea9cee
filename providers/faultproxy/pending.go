package faultproxy

import "slices"

// maxPending bounds the requests that wait, for a client that sends requests
// and reads no replies.
const maxPending = 128

// exchange is a request that was let through or answered by a rule.
type exchange struct {
	toHead  bool // HEAD: the response has no body
	connect bool // CONNECT: success makes the connection opaque
	expect  bool // the client waits for 100 Continue
	ours    *reply
	edit    *activeRule // changes the body of the response
	edited  bool        // and has begun to: the rest of what the upstream sends is not for the client
}

// reply is what the client gets in place of an upstream's response.
type reply struct {
	head   string
	body   string // the rule's own: many may wait
	closes bool   // behind the body
	abort  bool   // a RST, and nothing else
}

// push adds a request, and reports false when requests are not followed any
// more. With a request behind it, the body of the one before has come: whether
// its client waits for 100 Continue is no question any more.
func (c *conversation) push(e exchange) bool { return c.pushThen(e, nil) }

// pushThen calls added, if there is one, before anybody can see what was.
func (c *conversation) pushThen(e exchange, added func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase != following {
		return false
	}
	if added != nil {
		added()
	}
	if n := len(c.pending); n > 0 {
		c.pending[n-1].expect = false
	}
	c.pending = append(c.pending, e)
	return true
}

// room waits until another request may be pushed, and reports false when stop
// was closed before.
func (c *conversation) room(stop <-chan struct{}) bool {
	for c.full() {
		select {
		case <-c.eased:
		case <-stop:
			return false
		}
	}
	return true
}

func (c *conversation) full() bool { return c.waiting() >= maxPending }

// waiting is how many requests wait.
func (c *conversation) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending)
}

// front is the request whose response is due next.
func (c *conversation) front() (exchange, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return exchange{}, false
	}
	return c.pending[0], true
}

// pop takes the front away, its response being complete.
func (c *conversation) pop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) > 0 {
		c.pending = slices.Delete(c.pending, 0, 1) // which keeps the memory for the next
		signal(c.eased)
	}
}

// edited notes that the response of the front has been replaced.
func (c *conversation) edited() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) > 0 {
		c.pending[0].edited = true
	}
}

// continued notes that the client of the front has been told to go on.
func (c *conversation) continued() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) > 0 {
		c.pending[0].expect = false
	}
}

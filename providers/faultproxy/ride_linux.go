package faultproxy

import (
	"errors"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// burstSize is how much may flow one way without a word from the other before a
// ride is over: from there on splicing is cheaper.
const burstSize = 128 << 10

// ride is a session on the express. Its file descriptors are its own, unknown to
// the runtime's poller, which would wake up for each message too.
type ride struct {
	loop             *loop
	session          *session
	client, upstream int

	mu    sync.Mutex // held while the loop serves it
	ended bool
	run   int       // bytes that flowed one way
	way   Direction // that way
	left  remains
}

// recall ends the ride from outside. When it returns, the loop passes no more
// byte.
func (r *ride) recall() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
}

// heed has the ride go on under other rules where it may: thousands that are idle need
// not get off for rules that wait for a request, nor for their end.
func (r *ride) heed(set *ruleSet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !set.rides() {
		r.end()
	}
}

// abort is recall for a session that is over: with a RST to the client
// (Ingress), to the upstream (Egress) or to both.
func (r *ride) abort(way Direction) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
	if way.covers(Ingress) {
		resetOnClose(r.client)
	}
	if way.covers(Egress) {
		resetOnClose(r.upstream)
	}
	_ = unix.Close(r.client)
	_ = unix.Close(r.upstream)
}

// resetOnClose has the close of a socket send a RST.
func resetOnClose(fd int) {
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0})
}

// end takes the ride off its loop. The caller holds the lock.
func (r *ride) end() {
	if !r.ended {
		r.ended = true
		r.loop.remove(r)
		r.session.proxy.walking.Add(1) // until the end of leave
		go r.session.leave(r)
	}
}

// serve forwards what has arrived on one of the connections.
func (r *ride) serve(fd int, desk *workspace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	way, to := Egress, r.upstream
	if fd == r.upstream {
		way, to = Ingress, r.client
	}
	n, err := readRetrying(fd, desk.buf[:r.session.proxy.held.ration(largeBuffer)])
	switch {
	case n > 0:
		r.take(way, to, desk.buf[:n], &desk.head)
	case err == nil:
		r.finish(way, fd, to)
	case !errors.Is(err, unix.EAGAIN):
		r.left.way, r.left.err = way, &net.OpError{Op: "read", Net: "tcp", Err: err}
		r.end()
	}
}

// take forwards bytes, and leaves to the legs what HTTP rules may have to do with.
func (r *ride) take(way Direction, to int, p []byte, h *head) {
	passes := r.sight(way, p, h)
	if passes < len(p) && !r.session.follow() { // it passes unseen
		r.left.track, passes = nil, len(p)
	}
	if passes == len(p) {
		r.forward(way, to, p)
		return
	}
	r.left.way, r.left.rest = way, append([]byte(nil), p[passes:]...) // before anything ends the ride
	r.forward(way, to, p[:passes])
	r.end()
}

// forward writes bytes. What the destination does not take at once is left to
// the legs, which know how to wait.
func (r *ride) forward(way Direction, to int, p []byte) {
	if len(p) > 0 {
		r.session.talk.flowed(way)
	}
	for len(p) > 0 {
		n, err := unix.Write(to, p)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			r.leave(way, p)
			return
		}
		r.measure(way, n)
		p = p[n:]
	}
	if r.run >= burstSize && r.session.mayWalk() {
		r.end()
	}
}

// leave ends the ride with bytes that pass and have not been written.
func (r *ride) leave(way Direction, p []byte) {
	r.left.way = way
	if r.left.track != nil {
		r.left.followed = append([]byte(nil), p...)
	} else {
		r.left.rest = append([]byte(nil), p...)
	}
	r.end()
}

// measure adds up what flows one way.
func (r *ride) measure(way Direction, n int) {
	if r.way != way {
		r.way, r.run = way, 0
	}
	r.run += n
}

// finish passes a half-close on; with the second one the session is over.
func (r *ride) finish(way Direction, from, to int) {
	_ = unix.Shutdown(to, unix.SHUT_WR)
	r.loop.unwatch(from)
	if r.left.finished == nil {
		r.left.finished = make(map[Direction]bool)
	}
	r.left.finished[way] = true
	if len(r.left.finished) == 2 {
		r.end()
	}
}

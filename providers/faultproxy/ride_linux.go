package faultproxy

import (
	"net"
	"os"
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
	talk             *conversation
	client, upstream int
	over             chan struct{} // closed when it has ended

	mu    sync.Mutex // held while the loop serves it
	ended bool
	run   int       // bytes that flowed one way
	way   Direction // that way
	left  remains
}

// remains is what a ride leaves for the legs to do.
type remains struct {
	way      Direction // of rest and err
	rest     []byte    // read and not yet written
	err      error     // how the source broke
	finished map[Direction]bool
}

// board puts the session on the express, if no rule is in force; nil: it is to go
// by itself. The rules are read under the lock that poke takes, so that none can
// come into force unnoticed.
func (s *session) board() *ride {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.aborted || len(s.proxy.rules.Load().all) > 0 {
		return nil
	}
	l := s.proxy.express.board()
	if l == nil {
		return nil
	}
	r := &ride{loop: l, talk: s.talk, over: make(chan struct{}), left: remains{finished: make(map[Direction]bool)}}
	if !r.adopt(s.client, s.upstream) {
		return nil
	}
	_ = s.client.Close()
	_ = s.upstream.Close()
	s.riding = r
	if err := l.add(r); err != nil {
		r.recall()
	}
	return r
}

// adopt takes file descriptors of its own for the connections.
func (r *ride) adopt(client, upstream *net.TCPConn) bool {
	var err error
	if r.client, err = duplicate(client); err != nil {
		return false
	}
	if r.upstream, err = duplicate(upstream); err != nil {
		_ = unix.Close(r.client)
		return false
	}
	return true
}

func duplicate(conn *net.TCPConn) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	copied := -1
	var failed error
	err = raw.Control(func(fd uintptr) { copied, failed = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil {
		return 0, err
	}
	return copied, failed
}

// alight waits for the end of the ride and gives the session its connections
// back, with what is left to do; false: the session is over.
func (s *session) alight(r *ride) (remains, bool) {
	<-r.over
	s.mu.Lock()
	defer s.mu.Unlock()
	s.riding = nil
	if s.aborted {
		return remains{}, false
	}
	var err, err2 error
	s.client, err = connOf(r.client)
	s.upstream, err2 = connOf(r.upstream)
	if err != nil || err2 != nil {
		return remains{}, false
	}
	for way, done := range r.left.finished {
		own, _ := s.fates(way)
		own.ended = done
	}
	return r.left, len(r.left.finished) < 2
}

// connOf hands a file descriptor to the runtime.
func connOf(fd int) (*net.TCPConn, error) {
	file := os.NewFile(uintptr(fd), "tcp")
	defer file.Close()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// recall ends the ride from outside. When it returns, the loop passes no more
// byte.
func (r *ride) recall() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
}

// abort is recall for a session that is over: with a RST to the client
// (Ingress), to the upstream (Egress) or to both.
func (r *ride) abort(way Direction) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
	linger := &unix.Linger{Onoff: 1, Linger: 0}
	if way.covers(Ingress) {
		_ = unix.SetsockoptLinger(r.client, unix.SOL_SOCKET, unix.SO_LINGER, linger)
	}
	if way.covers(Egress) {
		_ = unix.SetsockoptLinger(r.upstream, unix.SOL_SOCKET, unix.SO_LINGER, linger)
	}
	_ = unix.Close(r.client)
	_ = unix.Close(r.upstream)
}

// end takes the ride off its loop. The caller holds the lock.
func (r *ride) end() {
	if !r.ended {
		r.ended = true
		r.loop.remove(r)
		close(r.over)
	}
}

// serve forwards what has arrived on one of the connections.
func (r *ride) serve(fd int, buf []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	way, to := Egress, r.upstream
	if fd == r.upstream {
		way, to = Ingress, r.client
	}
	n, err := readRetrying(fd, buf)
	switch {
	case n > 0:
		r.forward(way, to, buf[:n])
	case err == nil:
		r.finish(way, fd, to)
	case err != unix.EAGAIN:
		r.left.way, r.left.err = way, &net.OpError{Op: "read", Net: "tcp", Err: err}
		r.end()
	}
}

// forward writes bytes. What the destination does not take at once is left to
// the legs, which know how to wait.
func (r *ride) forward(way Direction, to int, p []byte) {
	r.talk.flowed(way)
	for len(p) > 0 {
		n, err := unix.Write(to, p)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			r.left.way, r.left.rest = way, append([]byte(nil), p...)
			r.end()
			return
		}
		r.measure(way, n)
		p = p[n:]
	}
	if r.run >= burstSize {
		r.end()
	}
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
	r.left.finished[way] = true
	if len(r.left.finished) == 2 {
		r.end()
	}
}

// resume has a leg begin with what the ride has left for it, and reports whether
// there is anything to do in its direction.
func (left remains) resume(l *leg) bool {
	if left.way == l.way {
		l.rest, l.broken = left.rest, left.err
	}
	return !left.finished[l.way]
}

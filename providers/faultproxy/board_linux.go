package faultproxy

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// remains is what a ride leaves for the legs to do.
type remains struct {
	way      Direction // of followed, rest and err
	followed []byte    // read and not yet written, and HTTP rules have let it pass
	rest     []byte    // read and not yet written, behind that
	track    *track    // how far HTTP has been followed; nil: it is not
	err      error     // how the source broke
	finished map[Direction]bool
}

// board puts the session on the express, if no rule is in force but such as wait
// for a request; false: it is to go by itself. The rules are read under the lock that
// poke takes, so that none can come into force unnoticed.
func (s *session) board() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := s.proxy.rules.Load()
	if s.over() || !set.rides() {
		return false
	}
	l := s.proxy.express.board()
	if l == nil {
		return false
	}
	r := &ride{loop: l, session: s}
	if !r.adopt(s.client, s.upstream) {
		return false
	}
	_ = s.client.Close()
	_ = s.upstream.Close()
	s.client, s.upstream = nil, nil // until the ride is over: thousands may be idle
	s.riding = r
	if err := l.add(r); err != nil {
		r.recall()
	}
	return true
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

// leave is the end of a ride, in a goroutine of its own.
func (s *session) leave(r *ride) {
	defer s.proxy.walking.Add(-1)
	s.goOn(s.alight(r))
}

// alight gives the session its connections back after a ride, with what is left to
// do. The session is over behind it when it was aborted, or when there is no file
// descriptor to be had.
func (s *session) alight(r *ride) remains {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.riding = nil
	if s.over() {
		return remains{}
	}
	client, clientErr := connOf(r.client)
	upstream, upstreamErr := connOf(r.upstream)
	if clientErr == nil {
		s.client = client
	}
	if upstreamErr == nil {
		s.upstream = upstream
	}
	if errors.Join(clientErr, upstreamErr) != nil {
		s.breakOff(Both)
		return remains{}
	}
	for way, done := range r.left.finished {
		own, _ := s.fates(way)
		own.ended = done
	}
	return r.left
}

// connOf hands a file descriptor to the runtime. Where it fails, the connection
// ends with a RST: an orderly end could be taken for that of the stream.
func connOf(fd int) (*net.TCPConn, error) {
	file := os.NewFile(uintptr(fd), "tcp")
	defer file.Close()
	conn, err := tcpConn(net.FileConn(file))
	if err != nil {
		resetOnClose(fd)
	}
	return conn, err
}

// resume has a leg begin with what the ride has left for it, and reports whether
// there is anything to do in its direction.
func (left remains) resume(l *leg) bool {
	if left.way == l.way {
		l.followed, l.rest, l.broken = left.followed, left.rest, left.err
	}
	if left.track != nil {
		l.http.takeUp(left.track)
	}
	return !left.finished[l.way]
}

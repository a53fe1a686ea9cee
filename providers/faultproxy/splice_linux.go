package faultproxy

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// pipeSize is what a spliced burst moves at a time. More would soon meet the
	// kernel's limit on the pipe memory of one user.
	pipeSize = 256 << 10
	// maxPipes bounds the pipes of a proxy: further bursts are copied.
	maxPipes = 128
)

// pipes are lent for the time of a burst.
type pipes struct {
	mu   sync.Mutex
	idle []*pipe
	made int
}

// borrow returns nil when no pipe is to be had.
func (ps *pipes) borrow() *pipe {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if n := len(ps.idle); n > 0 {
		p := ps.idle[n-1]
		ps.idle = ps.idle[:n-1]
		return p
	}
	if ps.made == maxPipes {
		return nil
	}
	p := newPipe()
	if p != nil {
		ps.made++
	}
	return p
}

// giveBack takes a pipe that is empty again; one that is not is closed.
func (ps *pipes) giveBack(p *pipe) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p.held > 0 {
		ps.made--
		p.close()
		return
	}
	ps.idle = append(ps.idle, p)
}

func (ps *pipes) close() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for _, p := range ps.idle {
		p.close()
	}
	ps.idle = nil
}

// pipe carries bytes between two sockets inside the kernel.
type pipe struct {
	r, w int
	held int // bytes in it
}

func newPipe() *pipe {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil
	}
	_, _ = unix.FcntlInt(uintptr(fds[1]), unix.F_SETPIPE_SZ, pipeSize) // the default serves too
	return &pipe{r: fds[0], w: fds[1]}
}

func (p *pipe) close() {
	_ = unix.Close(p.r)
	_ = unix.Close(p.w)
}

// fill moves what has arrived on a connection into the empty pipe, waiting for
// the first byte, and limit bytes at most.
func (p *pipe) fill(src syscall.RawConn, limit int) error {
	var err error
	waited := src.Read(func(fd uintptr) bool {
		p.held, err = move(int(fd), p.w, limit)
		return !errors.Is(err, syscall.EAGAIN)
	})
	switch {
	case waited != nil:
		return waited
	case err != nil:
		return &net.OpError{Op: "splice", Net: "tcp", Err: err}
	case p.held == 0:
		return io.EOF
	}
	return nil
}

// empty moves all that the pipe holds into a connection. When it is interrupted,
// the pipe holds the rest.
func (p *pipe) empty(dst syscall.RawConn) error {
	var err error
	waited := dst.Write(func(fd uintptr) bool {
		for p.held > 0 && err == nil {
			var n int
			n, err = move(p.r, int(fd), p.held)
			p.held -= n
		}
		if errors.Is(err, syscall.EAGAIN) {
			err = nil
			return false
		}
		return true
	})
	if waited != nil {
		return waited
	}
	return err
}

// move splices up to limit bytes without waiting. It returns 0 on error.
func move(from, to, limit int) (int, error) {
	for {
		n, err := unix.Splice(from, nil, to, nil, limit, unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
		if err != unix.EINTR {
			if err != nil {
				n = 0
			}
			return int(n), err
		}
	}
}

// recover takes what the pipe still holds back into memory.
func (p *pipe) recover() ([]byte, error) {
	rest := make([]byte, p.held)
	for got := 0; p.held > 0; {
		n, err := readRetrying(p.r, rest[got:])
		if err != nil || n == 0 {
			return rest[:got], io.ErrUnexpectedEOF
		}
		got += n
		p.held -= n
	}
	return rest, nil
}

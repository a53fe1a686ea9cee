//go:build unix

package faultproxy

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// inlet reads from a connection into memory that it borrows only once there is
// something to read.
type inlet struct {
	conn    *net.TCPConn
	buffers *buffers
	raw     syscall.RawConn
	attempt func(fd uintptr) bool // made once, as a closure is an allocation

	size int
	got  chunk
	err  error
}

func newInlet(conn *net.TCPConn, b *buffers) *inlet {
	in := &inlet{conn: conn, buffers: b}
	in.raw, in.err = conn.SyscallConn()
	in.attempt = in.try
	return in
}

// read waits for bytes and returns up to size of them. It fails with io.EOF, with
// os.ErrDeadlineExceeded when it was interrupted, or with why the stream broke.
func (in *inlet) read(size int) (chunk, error) {
	if in.raw == nil {
		return chunk{}, in.err
	}
	in.size, in.got, in.err = size, chunk{}, nil
	if err := in.raw.Read(in.attempt); err != nil {
		return chunk{}, err
	}
	return in.got, in.err
}

// try reads once, and reports false when there is nothing to read yet.
func (in *inlet) try(fd uintptr) bool {
	buf := in.buffers.borrow(in.size)
	n, err := readRetrying(int(fd), (*buf)[:in.size])
	if n > 0 {
		in.got = chunk{data: (*buf)[:n], buf: buf, home: in.buffers}
		return true
	}
	in.buffers.giveBack(buf)
	switch {
	case err == nil:
		in.err = io.EOF
	case errors.Is(err, syscall.EAGAIN):
		return false
	default:
		in.err = &net.OpError{Op: "read", Net: "tcp", Err: err}
	}
	return true
}

// readRetrying repeats a read that a signal has interrupted.
func readRetrying(fd int, p []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, p)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

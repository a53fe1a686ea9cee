package faultproxy

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// deliver hands a packet to the HTTP rules (requests) or to the destination.
func (l *leg) deliver(p packet) error {
	switch {
	case p.end != nil:
		return l.deliverEnd(p.end)
	case l.way == Egress:
		if !l.wait(int64(len(p.data))) {
			return net.ErrClosed
		}
		return l.http.feed(p.data)
	default:
		return l.write(p.data)
	}
}

// deliverEnd passes a half-close on, and a broken stream as a RST.
func (l *leg) deliverEnd(end error) error {
	if !l.wait(0) {
		return net.ErrClosed
	}
	end = l.session.ended(l.way, end)
	if !errors.Is(end, io.EOF) {
		l.session.abort(l.way)
		return end
	}
	if l.way == Egress {
		if err := l.http.end(); err != nil {
			return err
		}
	}
	_ = l.dst.CloseWrite()
	return nil
}

// write sends bytes to the destination, holding what a partition cuts off.
func (l *leg) write(p []byte) error {
	for len(p) > 0 {
		if !l.wait(int64(len(p))) {
			return net.ErrClosed
		}
		n, err := l.put(p)
		p = p[n:]
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			_ = l.dst.SetWriteDeadline(time.Time{})
		default:
			return l.sever()
		}
	}
	return nil
}

// put writes, on the budget of all sessions: until the destination takes the bytes they
// are held.
func (l *leg) put(p []byte) (int, error) {
	l.proxy.held.used.Add(int64(len(p)))
	defer l.proxy.held.used.Add(-int64(len(p)))
	return l.dst.Write(p)
}

// sever ends this direction, whose destination takes no more. What that
// destination has still said is for the other direction to bring; then src
// learns of the break.
func (l *leg) sever() error {
	if l.session.severed(l.way) {
		l.session.abort(Both)
	}
	return net.ErrClosed
}

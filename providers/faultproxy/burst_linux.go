package faultproxy

import (
	"errors"
	"net"
	"os"
	"time"
)

// splice forwards a burst, and returns nil when it has ebbed, when the rules
// have changed, or when there is no pipe.
func (l *leg) splice(set *ruleSet) error {
	p := l.proxy.pipes.borrow()
	if p == nil {
		return nil
	}
	defer l.proxy.pipes.giveBack(p)
	dst, err := l.dst.SyscallConn()
	if err != nil {
		return net.ErrClosed
	}
	for l.proxy.rules.Load() == set {
		if err := p.fill(l.in.raw, pipeSize); err != nil {
			return err
		}
		ebbed := p.held < smallBuffer
		l.session.talk.flowed(l.way)
		if err := l.unload(p, p.empty(dst)); err != nil || ebbed {
			return err
		}
	}
	return nil
}

// unload deals with how emptying the pipe went. When a change of rules has
// interrupted it, what is left takes the way that the new rules say.
func (l *leg) unload(p *pipe, err error) error {
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return l.sever()
	}
	_ = l.dst.SetWriteDeadline(time.Time{})
	rest, err := p.recover()
	if err != nil {
		l.session.abort(Both)
		return net.ErrClosed
	}
	return l.take(rest)
}

package faultproxy

import "net"

// spliceBody forwards the middle of a body that HTTP rules let pass, and reports
// false where there is none that is worth a pipe.
func (l *leg) spliceBody(set *ruleSet) (bool, error) {
	if !set.ways[l.way].none() || !l.line.empty() {
		return false, nil // while the line holds bytes, what is known of bodies is the writer's
	}
	left := l.http.bulk()
	if left < burstSize {
		return false, nil
	}
	p := l.proxy.pipes.borrow()
	if p == nil {
		return false, nil
	}
	defer l.proxy.pipes.giveBack(p)
	dst, err := l.dst.SyscallConn()
	if err != nil {
		return true, net.ErrClosed
	}
	for left > 0 && l.proxy.rules.Load() == set {
		if err := p.fill(l.in.raw, int(min(left, pipeSize))); err != nil {
			return true, err
		}
		filled := p.held
		l.session.talk.flowed(l.way)
		err := p.empty(dst)
		l.http.skip(filled - p.held)
		left -= int64(filled)
		if err := l.unload(p, err); err != nil {
			return true, err
		}
	}
	return true, nil
}

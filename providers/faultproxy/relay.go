package faultproxy

import (
	"errors"
	"os"
	"time"
)

// relay is the fast path: it forwards until the rules change (nil), it is
// interrupted, or the stream ends. Chatter is copied, with the fewest system
// calls; a burst that fills the buffer is spliced, with the fewest copies.
func (l *leg) relay(set *ruleSet) error {
	for l.proxy.rules.Load() == set {
		size := l.proxy.held.ration(smallBuffer)
		c, err := l.in.read(size)
		if err != nil {
			return err
		}
		full := len(c.data) == size
		if err := l.pass(c); err != nil {
			return err
		}
		if full {
			if err := l.splice(set); err != nil {
				return err
			}
		}
	}
	return nil
}

// pass writes a chunk. When a change of rules interrupts it, what is left takes
// the way that the new rules say.
func (l *leg) pass(c chunk) error {
	defer c.release()
	before := l.session.talk.flowed(l.way) // ahead of the write, or the response could overtake it
	n, err := l.put(c.data)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		_ = l.dst.SetWriteDeadline(time.Time{})
		if n == 0 {
			l.session.talk.unflowed(l.way, before)
		}
		return l.take(c.data[n:])
	default:
		return l.sever()
	}
}

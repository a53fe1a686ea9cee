package faultproxy

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// leg is one direction of a session. Its reader takes bytes from src and sends
// them on itself, or, while rules delay them, through a line to a writer.
type leg struct {
	session *session
	proxy   *Proxy
	way     Direction
	src     *net.TCPConn
	dst     *net.TCPConn
	in      *inlet
	line    *line
	writer  sync.WaitGroup
	started bool // the writer is there
	http    filter

	followed []byte // read before the leg began, and seen by the HTTP rules
	rest     []byte // read before the leg began, behind that
	broken   error  // how src had ended before
}

// filter is what HTTP rules do to one direction.
type filter interface {
	// feed takes bytes, or none when there is only news to look at.
	feed(p []byte) error
	// end flushes what is held when the stream has ended.
	end() error
	// bulk is how many bytes from here on are the middle of a body that passes, and
	// skip goes past some of them.
	bulk() int64
	skip(n int)
	// drop forgets what is held, of a session that has ended.
	drop()
	// takeUp goes on where a track has stopped.
	takeUp(t *track)
}

func newLeg(s *session, way Direction, src, dst *net.TCPConn) *leg {
	l := &leg{session: s, proxy: s.proxy, way: way, src: src, dst: dst, in: newInlet(src, &s.proxy.buffers), line: newLine(&s.proxy.held)}
	if way == Egress {
		l.http = newRequests(l)
	} else {
		l.http = newResponses(l)
	}
	return l
}

// run forwards until the direction has ended, or the session has been aborted.
func (l *leg) run() {
	for {
		err := l.begin()
		if err == nil {
			err = l.step()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			_ = l.src.SetReadDeadline(time.Time{})
			err = l.news()
		}
		if err != nil {
			l.finish(err)
			break
		}
	}
	l.writer.Wait()
	l.line.drop()
	l.http.drop()
}

// begin does what was left to do before the leg.
func (l *leg) begin() error {
	followed, rest := l.followed, l.rest
	l.followed, l.rest = nil, nil
	if err := l.passOn(followed); err != nil {
		return err
	}
	if len(rest) == 0 {
		return l.broken
	}
	return l.take(rest)
}

// passOn sends on what HTTP rules have let pass.
func (l *leg) passOn(p []byte) error {
	if l.way == Egress {
		return l.write(p)
	}
	return l.admit(p)
}

// step forwards some bytes, as the rules of the moment say.
func (l *leg) step() error {
	set := l.proxy.rules.Load()
	if l.clear(set) {
		return l.relay(set)
	}
	if err := l.news(); err != nil {
		return err
	}
	if done, err := l.spliceBody(set); done || err != nil {
		return err
	}
	c, err := l.in.read(l.proxy.held.ration(set.ways[l.way].quantum(l.way)))
	if err != nil {
		return err
	}
	defer c.release()
	return l.take(c.data)
}

// clear reports whether nothing stands between src and dst.
func (l *leg) clear(set *ruleSet) bool {
	return set.ways[l.way].none() && !l.session.talk.concerns(set) && l.line.empty()
}

// news lets the HTTP rules act without new bytes: an answer to give, or a rule
// that has gone. Requests are the writer's while the line holds some.
func (l *leg) news() error {
	if l.way == Egress && !l.line.empty() {
		return nil
	}
	return l.http.feed(nil)
}

// finish ends the direction in order behind all bytes: with what src ended with.
func (l *leg) finish(err error) {
	if errors.Is(err, net.ErrClosed) || l.session.over() {
		return
	}
	if l.way == Ingress {
		if instead := l.http.end(); instead != nil {
			err = instead
		}
	}
	if errors.Is(err, net.ErrClosed) || !l.wait(0) {
		return
	}
	_ = l.send(packet{end: err})
}

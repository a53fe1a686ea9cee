package faultproxy

import (
	"errors"
	"io"
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

	rest   []byte // read before the leg began
	broken error  // how src had ended before
}

// filter is what HTTP rules do to one direction.
type filter interface {
	// feed takes bytes, or none when there is only news to look at.
	feed(p []byte) error
	// end flushes what is held when the stream has ended.
	end() error
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
}

// begin does what was left to do before the leg.
func (l *leg) begin() error {
	rest := l.rest
	l.rest = nil
	if len(rest) == 0 {
		return l.broken
	}
	return l.take(rest)
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
	c, err := l.in.read(set.ways[l.way].quantum(l.way))
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

// take sends bytes that were read on their way through all stages.
func (l *leg) take(p []byte) error {
	if l.way == Ingress {
		return l.http.feed(p)
	}
	return l.admit(p)
}

// admit sends bytes through bandwidth, partition and delay.
func (l *leg) admit(p []byte) error {
	for len(p) > 0 {
		rules := l.proxy.rules.Load().ways[l.way]
		n := min(len(p), rules.quantum(l.way))
		if !l.throttle(rules, n) || !l.wait(int64(n)) {
			return net.ErrClosed
		}
		if err := l.send(packet{data: p[:n]}); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// throttle waits until all buckets have paid for n bytes; false: the session is
// over.
func (l *leg) throttle(rules *wayRules, n int) bool {
	for _, r := range rules.limits {
		l.session.touch(r, int64(n), 0)
		at := r.buckets[l.way].take(n, time.Now())
		sleep(l.proxy.clock, at, r.ended, l.session.done)
	}
	return !l.session.over()
}

// wait holds n bytes while there is a partition; false: the session is over.
func (l *leg) wait(n int64) bool {
	var counted *activeRule
	for {
		parts := l.proxy.rules.Load().ways[l.way].partitions
		if len(parts) == 0 {
			return !l.session.over()
		}
		if counted != parts[0] {
			counted = parts[0]
			l.session.touch(counted, n, 0)
		}
		select {
		case <-counted.ended:
		case <-l.session.done:
			return false
		}
	}
}

// send delivers a packet, now or by the line when it is delayed or others are
// before it.
func (l *leg) send(p packet) error {
	delays := l.proxy.rules.Load().ways[l.way].delays
	if len(delays) == 0 && l.line.empty() {
		return l.deliver(p)
	}
	p.arrived = time.Now()
	p.data = append([]byte(nil), p.data...)
	for _, r := range delays {
		p.delays = append(p.delays, lag{r, r.delays.next()})
		l.session.touch(r, int64(len(p.data)), 0)
	}
	l.startWriter()
	if !l.line.push(p, l.session.done) {
		return net.ErrClosed
	}
	return nil
}

func (l *leg) startWriter() {
	if !l.started {
		l.started = true
		l.writer.Go(l.drain)
	}
}

// drain is the writer: it delivers the line's packets, each when it is due.
func (l *leg) drain() {
	for {
		p, ok := l.line.front(l.session.done)
		if !ok || !l.ripen(&p) {
			return
		}
		err := l.deliver(p)
		l.line.pop()
		if err != nil || p.end != nil {
			return
		}
	}
}

// ripen waits until a packet is due, by the rules as they change; false: the
// session is over.
func (l *leg) ripen(p *packet) bool {
	for {
		changed := l.proxy.rules.Load().superseded
		at := p.due()
		if sleep(l.proxy.clock, at, changed, l.session.done) {
			return true
		}
		if l.session.over() {
			return false
		}
	}
}

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
		n, err := l.dst.Write(p)
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

// sever ends this direction, whose destination takes no more. What that
// destination has still said is for the other direction to bring; then src
// learns of the break.
func (l *leg) sever() error {
	if l.session.severed(l.way) {
		l.session.abort(Both)
	}
	return net.ErrClosed
}

// finish ends the direction in order behind all bytes: with what src ended with.
func (l *leg) finish(err error) {
	if errors.Is(err, net.ErrClosed) || l.session.over() {
		return
	}
	if l.way == Ingress {
		if err := l.http.end(); err != nil {
			return
		}
	}
	if !l.wait(0) {
		return
	}
	_ = l.send(packet{end: l.session.ended(l.way, err)})
}

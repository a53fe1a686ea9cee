package faultproxy

import (
	"net"
	"slices"
	"time"
)

// take sends bytes that were read on their way through all stages.
func (l *leg) take(p []byte) error {
	if l.way == Ingress {
		return l.http.feed(p)
	}
	return l.admit(p)
}

// admit sends bytes through bandwidth, partition and delay. Until they are through they are on
// the budget of all sessions: an edited response that a client does not read is as large as
// one that is held.
func (l *leg) admit(p []byte) error {
	l.proxy.held.used.Add(int64(len(p)))
	defer l.proxy.held.used.Add(-int64(len(p)))
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

// throttle waits until all buckets have paid for n bytes, and counts them only
// where they had to wait; false: the session is over.
func (l *leg) throttle(rules *wayRules, n int) bool {
	for _, r := range rules.limits {
		now := time.Now()
		at := now
		if !r.over() {
			at = r.buckets[l.way].take(n, now)
		}
		if at.After(now) {
			l.session.touch(r, int64(n), 0)
			sleep(l.proxy.clock, at, r.ended, l.session.done)
		}
	}
	return !l.session.over()
}

// wait holds n bytes while there is a partition; false: the session is over. They
// count once for each, however often it is changed.
func (l *leg) wait(n int64) bool {
	var counted []*tally
	for {
		set := l.proxy.rules.Load()
		partitions := set.ways[l.way].partitions
		if len(partitions) == 0 {
			return !l.session.over()
		}
		for _, r := range partitions {
			if !slices.Contains(counted, r.tally) {
				counted = append(counted, r.tally)
				l.session.touch(r, n, 0)
			}
		}
		select {
		case <-set.superseded:
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

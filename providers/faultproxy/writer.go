package faultproxy

// startWriter starts the writer with the first packet that is delayed.
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

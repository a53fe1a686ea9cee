package faultproxy

import (
	"sync"
	"time"
)

const (
	// lineLimit bounds what one delay line holds. It is what a stream can have
	// under way: 16 MiB are 160 MB/s at a latency of 100 ms.
	lineLimit = 16 << 20
	// lineShare is what a line may always hold, however much the others do, so
	// that no connection can starve another.
	lineShare = 64 << 10
)

// packet is what travels a delay line: bytes, or the end of the stream.
type packet struct {
	data    []byte
	end     error // io.EOF or why the stream broke; nil for data
	arrived time.Time
	delays  []lag
}

// packetCost is what a packet takes beside its data, so that a flood of single
// bytes is bounded too.
const packetCost = 128

func (p *packet) cost() int64 { return int64(len(p.data)) + packetCost }

// lag is the part of a packet's delay that one rule adds.
type lag struct {
	rule *activeRule
	by   time.Duration
}

// due is when the packet leaves. A rule that has ended delays it no longer.
func (p *packet) due() time.Time {
	at := p.arrived
	for _, l := range p.delays {
		if !l.rule.over() {
			at = at.Add(l.by)
		}
	}
	return at
}

// line is a queue of packets in order, bounded by back-pressure. One goroutine
// pushes and one pops.
type line struct {
	total *budget
	fed   chan struct{} // readable after a push
	eased chan struct{} // readable after a pop

	mu      sync.Mutex
	packets []packet
	bytes   int64
}

func newLine(total *budget) *line {
	return &line{total: total, fed: make(chan struct{}, 1), eased: make(chan struct{}, 1)}
}

// push appends a packet, waiting until there is room, and reports false when
// stop was closed before.
func (l *line) push(p packet, stop <-chan struct{}) bool {
	for !l.room() {
		select {
		case <-l.eased:
		case <-stop:
			return false
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.packets = append(l.packets, p)
	l.hold(p.cost())
	signal(l.fed)
	return true
}

// room needs no news from other lines: a line that is over its share will have a
// pop of its own to look again at.
func (l *line) room() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytes < lineShare || l.bytes < lineLimit && !l.total.exhausted()
}

// front is the packet at the head, which stays there until it is popped; false
// when stop was closed while there was none.
func (l *line) front(stop <-chan struct{}) (packet, bool) {
	for {
		if p, ok := l.peek(); ok {
			return p, true
		}
		select {
		case <-l.fed:
		case <-stop:
			return packet{}, false
		}
	}
}

func (l *line) peek() (packet, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.packets) == 0 {
		return packet{}, false
	}
	return l.packets[0], true
}

// pop takes the head away, once it has been delivered.
func (l *line) pop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold(-l.packets[0].cost())
	l.packets[0] = packet{}
	l.packets = l.packets[1:]
	signal(l.eased)
}

// empty reports whether everything that was pushed has been delivered.
func (l *line) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.packets) == 0
}

// drop forgets everything, for a session that ended.
func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold(-l.bytes)
	l.packets = nil
}

func (l *line) hold(n int64) {
	l.bytes += n
	l.total.used.Add(n)
}

// signal makes a channel of capacity one readable.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

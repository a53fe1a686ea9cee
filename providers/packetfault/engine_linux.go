package packetfault

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/packetfault/nfqueue"
)

// engine takes packets off a queue and lets each go at its time. Verdicts are given under
// its lock, so that packets leave in the order that was decided.
type engine struct {
	queues []*nfqueue.Queue // to which packets are led
	freed  *nfqueue.Queue   // where they wait on nobody's account; nil unless they do
	alarm  *alarm
	copies *copies // nil unless packets are duplicated
	began  time.Time

	mu      sync.Mutex
	in, out *decider
	bits    *rand.Rand
	held    held
	order   uint64
	stats   Stats
	closed  bool
}

// receive decides on packets until their queue is closed, or fails.
func (e *engine) receive(from *nfqueue.Queue) error {
	for {
		p, err := from.Receive()
		if err != nil {
			return err
		}
		if err := e.take(p, from); err != nil {
			return err
		}
	}
}

// release lets packets go as their time comes, until the alarm is closed, or fails.
func (e *engine) release() error {
	for {
		if err := e.alarm.wait(); err != nil {
			return err
		}
		if err := e.releaseDue(); err != nil {
			return err
		}
	}
}

// take decides on one packet.
func (e *engine) take(p nfqueue.Packet, from *nfqueue.Queue) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return from.Accept(p.ID, nil)
	}
	now := time.Since(e.began)
	e.stats.Seen++
	e.stats.Bytes += uint64(p.Length)
	fits := e.held.fits(p.Length)
	made := e.decider(p).decide(now, p.Length, fits)
	switch {
	case made.drop:
		e.stats.Dropped++
		return from.Drop(p.ID)
	case made.at > now && !fits: // a delay loses nothing
		e.stats.Passed++
		made.at = now
	}
	ready := e.prepare(p, made, now)
	ready.queue = from
	if made.at > now {
		if there, err := e.free(ready, p, from); !there || err != nil {
			return err
		}
	}
	return e.keep(ready, now)
}

func (e *engine) decider(p nfqueue.Packet) *decider {
	if p.Hook == nfqueue.LocalIn {
		return e.in
	}
	return e.out
}

// prepare makes of a packet what will be let go.
func (e *engine) prepare(p nfqueue.Packet, made decision, now time.Duration) *packet {
	e.order++
	ready := &packet{id: p.ID, length: uint32(p.Length), order: e.order, came: now, at: made.at}
	whole := len(p.Payload) == p.Length
	if made.reordered {
		e.stats.Reordered++
	}
	if made.corrupt && whole {
		ready.payload = slices.Clone(p.Payload)
		if flip(ready.payload, e.bits) {
			e.stats.Corrupted++
		}
	}
	if made.duplicate && whole && e.copies != nil {
		ready.copied = slices.Clone(p.Payload)
		if ready.payload != nil {
			ready.copied = slices.Clone(ready.payload)
		}
	}
	return ready
}

// keep holds a packet, or lets it go when it is due already.
func (e *engine) keep(p *packet, now time.Duration) error {
	if p.at <= now {
		return e.let(p, now)
	}
	e.held.add(p)
	if e.held.first() == p {
		return e.alarm.set(p.at - now)
	}
	return nil
}

func (e *engine) releaseDue() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Since(e.began)
	for p := e.held.next(now); p != nil; p = e.held.next(now) {
		if err := e.let(p, now); err != nil {
			return err
		}
		now = time.Since(e.began)
	}
	if first := e.held.first(); first != nil {
		return e.alarm.set(first.at - now)
	}
	return nil
}

// let lets a packet go. A copy that cannot be sent is not counted; the packet itself has gone.
func (e *engine) let(p *packet, now time.Duration) error {
	if p.at > p.came {
		e.stats.Delayed++
		e.stats.TimeHeld += now - p.came
	}
	if err := p.queue.Accept(p.id, p.payload); err != nil {
		return err
	}
	if p.copied != nil && e.copies.send(p.copied) == nil {
		e.stats.Duplicated++
	}
	return nil
}

// flush lets all go that is held, in the order in which it would have gone.
func (e *engine) flush() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	now := time.Since(e.began)
	for p := e.held.take(); p != nil; p = e.held.take() {
		if err := e.let(p, now); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) snapshot() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	stats := e.stats
	stats.Held = len(e.held.packets)
	return stats
}

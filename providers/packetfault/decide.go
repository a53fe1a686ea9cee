package packetfault

import "time"

// decision is what happens to a packet.
type decision struct {
	drop      bool
	corrupt   bool
	duplicate bool
	reordered bool          // passes ahead of those that wait
	at        time.Duration // when it goes on, since the fault began
}

// decider decides on packets, one after the other. It knows no kernel and no clock.
type decider struct {
	delay      Delay
	jitter     *random
	reorder    *lot
	sinceEarly int // packets since the last that passed ahead

	loss, corrupt, duplicate *lot
	bucket                   *bucket
}

// The sources of randomness of a seed.
const (
	sourceJitter = iota
	sourceReorder
	sourceLoss
	sourceCorrupt
	sourceDuplicate
	sourceBit
	sources // how many there are
)

// newDecider makes the n-th decider of a fault: each direction has its own.
func newDecider(s Spec, n uint64) *decider {
	n *= sources
	d := &decider{
		loss:      newLot(s.Seed, n+sourceLoss, s.Loss),
		corrupt:   newLot(s.Seed, n+sourceCorrupt, s.Corrupt),
		duplicate: newLot(s.Seed, n+sourceDuplicate, s.Duplicate),
		bucket:    newBucket(s.Bandwidth),
	}
	if s.Delay != nil {
		d.delay = *s.Delay
		d.jitter = newRandom(s.Seed, n+sourceJitter, s.Delay.Correlation)
		d.reorder = newLot(s.Seed, n+sourceReorder, &Share{Percent: s.Delay.ReorderPercent})
	}
	return d
}

// decide decides on a packet of so many bytes, and whether there is room to hold it: without, a bucket drops what would have to
// wait. The order is that of netem: a packet that is duplicated and lost stays one packet.
func (d *decider) decide(now time.Duration, length int, room bool) decision {
	duplicated, lost := d.duplicate.hit(), d.loss.hit()
	if lost && !duplicated {
		return decision{drop: true}
	}
	made := decision{duplicate: duplicated && !lost, corrupt: d.corrupt.hit(), at: now}
	if d.bucket != nil {
		at, ok := d.bucket.pass(now, length, room)
		if !ok {
			return decision{drop: true}
		}
		made.at = at
	}
	if made.reordered = d.early(); !made.reordered {
		made.at += d.hold()
	}
	return made
}

// early says whether a packet passes ahead: the chance comes with every gap-th packet.
func (d *decider) early() bool {
	if d.delay.ReorderPercent == 0 {
		return false
	}
	if d.sinceEarly < max(d.delay.Gap, 1)-1 || !d.reorder.hit() {
		d.sinceEarly++
		return false
	}
	d.sinceEarly = 0
	return true
}

// hold draws a delay, uniform within latency ± jitter.
func (d *decider) hold() time.Duration {
	if d.delay.Jitter == 0 {
		return d.delay.Latency
	}
	return d.delay.Latency + time.Duration((2*d.jitter.next()-1)*float64(d.delay.Jitter))
}

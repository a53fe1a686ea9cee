package packetfault

import "time"

// bucket is a token bucket that says when a packet may leave (as tbf, RFC 2697 in spirit). Time is
// that since the fault began.
type bucket struct {
	rate   float64 // bytes per second
	buffer float64 // bytes
	limit  int     // bytes that may wait

	tokens float64       // at the time of updated; never below zero
	latest time.Duration // when tokens was right: the time at which the last packet leaves

	waiting []departure
	backlog int // bytes of those that wait
}

type departure struct {
	at     time.Duration
	length int
}

func newBucket(b *Bandwidth) *bucket {
	if b == nil {
		return nil
	}
	bytes := float64(b.Rate) / 8
	buffer, limit := b.Buffer, b.Limit
	if buffer == 0 {
		buffer = max(int(bytes/100), defaultBuffer)
	}
	if limit == 0 {
		limit = max(int(bytes/10), 1<<16)
	}
	return &bucket{rate: bytes, buffer: float64(buffer), limit: limit, tokens: float64(buffer)}
}

// pass says when a packet leaves, or that there is no room for it to wait, here or where it would be held. One that does
// not pass costs no tokens: what passes would be less than the rate. One that is larger than the bucket
// waits for what the bucket cannot hold.
func (b *bucket) pass(now time.Duration, length int, room bool) (at time.Duration, ok bool) {
	b.leave(now)
	at = max(now, b.latest)
	tokens := min(b.buffer, b.tokens+(at-b.latest).Seconds()*b.rate)
	if missing := float64(length) - tokens; missing > 0 {
		wait := time.Duration(missing/b.rate*float64(time.Second)) + 1 // rounded up: never too early
		at += wait
		tokens = float64(length)
	}
	full := !room || b.backlog+length > b.limit && len(b.waiting) > 0
	if at > now && full {
		return 0, false
	}
	b.tokens, b.latest = tokens-float64(length), at
	if at > now {
		b.waiting = append(b.waiting, departure{at, length})
		b.backlog += length
	}
	return at, true
}

// leave forgets what has left by now.
func (b *bucket) leave(now time.Duration) {
	n := 0
	for n < len(b.waiting) && b.waiting[n].at <= now {
		b.backlog -= b.waiting[n].length
		n++
	}
	b.waiting = b.waiting[n:]
}

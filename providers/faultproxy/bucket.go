package faultproxy

import (
	"sync"
	"time"
)

// bucket is a token bucket that may go into debt: takers get the moment at which
// their bytes are paid for, in the order in which they asked. So connections
// that share it share the rate.
type bucket struct {
	rate  float64 // bytes per second
	burst float64 // bytes

	mu     sync.Mutex
	tokens float64 // negative: debt
	filled time.Time
}

func newBucket(r Rule, now time.Time) *bucket {
	burst := float64(r.burst())
	return &bucket{rate: float64(r.Rate) / 8, burst: burst, tokens: burst, filled: now}
}

// take pays for n bytes and returns when they may pass.
func (b *bucket) take(n int, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+now.Sub(b.filled).Seconds()*b.rate, b.burst)
	b.filled = now
	b.tokens -= float64(n)
	if b.tokens >= 0 {
		return now
	}
	return now.Add(time.Duration(-b.tokens / b.rate * float64(time.Second)))
}

// quantum is how many bytes are taken at a time: few enough for the stream to
// flow evenly and for a change of rules to be felt soon.
func (b *bucket) quantum() int {
	return int(min(max(b.rate/50, 64), largeBuffer))
}

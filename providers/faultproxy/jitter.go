package faultproxy

import (
	"sync"
	"time"
)

// jitter draws the delays of one rule as netem does: uniform within latency ±
// jitter, each following the one before by the correlation.
type jitter struct {
	latency, spread time.Duration
	correlation     float64 // 0 to 1
	seed            int64

	mu    sync.Mutex
	drawn int64
	last  float64
}

func newJitter(r Rule) *jitter {
	return &jitter{latency: r.Latency, spread: r.Jitter, correlation: r.Correlation / 100, seed: r.Seed}
}

// next is the delay of the next chunk or request.
func (j *jitter) next() time.Duration {
	if j.spread == 0 {
		return j.latency
	}
	offset := time.Duration((2*j.random() - 1) * float64(j.spread))
	return max(j.latency+offset, 0)
}

// random is netem's get_crandom: the state is the value itself.
func (j *jitter) random() float64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	fresh := chance(j.seed, j.drawn)
	if j.drawn > 0 {
		fresh = fresh*(1-j.correlation) + j.last*j.correlation
	}
	j.drawn++
	j.last = fresh
	return fresh
}

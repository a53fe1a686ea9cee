package sample

import (
	"sync/atomic"
	"time"
)

// LateThreshold is how much later than due a sample may be started before it
// counts as late.
const LateThreshold = 10 * time.Millisecond

// Stats says how well a Sampler has kept its schedules. Lateness is the time
// from the moment at which a sample was due to its prober being called.
type Stats struct {
	Started      int64         // samples handed to their probers
	Late         int64         // of those, the ones more than LateThreshold late
	Unsent       int64         // samples refused because too many were in flight
	MaxLateness  time.Duration // the worst
	MeanLateness time.Duration
}

// counters are the running Stats.
type counters struct {
	samples, late, unsent atomic.Int64
	maxLate, sumLate      atomic.Int64 // ns
}

func (c *counters) started(lateness time.Duration) {
	c.samples.Add(1)
	if lateness > LateThreshold {
		c.late.Add(1)
	}
	c.sumLate.Add(int64(lateness))
	for {
		worst := c.maxLate.Load()
		if int64(lateness) <= worst || c.maxLate.CompareAndSwap(worst, int64(lateness)) {
			return
		}
	}
}

func (c *counters) stats() Stats {
	started := c.samples.Load()
	return Stats{
		Started:      started,
		Late:         c.late.Load(),
		Unsent:       c.unsent.Load(),
		MaxLateness:  time.Duration(c.maxLate.Load()),
		MeanLateness: time.Duration(c.sumLate.Load() / max(started, 1)),
	}
}

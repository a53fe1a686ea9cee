package link

import (
	"slices"
	"time"
)

// clockKept is how many looks at the other clock count.
const clockKept = 16

// clock tells how a prober's time lies in this machine's. Of the last looks the one
// with the shortest way there and back is believed: it is off by half of that at
// most.
type clock struct{ looks []look }

// look is one look at the other clock.
type look struct {
	way   time.Duration
	began time.Time // the prober's zero
}

func (c *clock) add(sent, got time.Time, then time.Duration) {
	way := got.Sub(sent)
	c.looks = append(c.looks, look{way: way, began: sent.Add(way/2 - then)})
	if len(c.looks) > clockKept {
		c.looks = slices.Delete(c.looks, 0, len(c.looks)-clockKept)
	}
}

// local is a moment of the prober in this machine's time.
func (c *clock) local(at time.Duration) time.Time {
	if len(c.looks) == 0 {
		return time.Time{}
	}
	best := slices.MinFunc(c.looks, func(a, b look) int { return int(a.way - b.way) })
	return best.began.Add(at)
}

package http

import (
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// grace is by how much a busy machine may make gameday late.
const grace = time.Second

// moment is when a request is due, and when the one after it is.
type moment struct{ due, next time.Time }

// missed reports whether a request is too late to be the one that was due, as after
// a standstill of gameday: its answer should have timed out already, or it would leave
// together with those after it, in a burst that nobody has configured. What is late by
// less is sent, and its latency has the delay in it.
func (g *generator) missed(m moment) bool {
	return time.Since(m.due) > min(g.timeout, max(m.next.Sub(m.due), grace))
}

// skipped is a request that gameday was too late for. It says nothing of the target.
func skipped(due time.Time) providers.LoadSample {
	late := time.Since(due)
	return providers.LoadSample{Due: due, Latency: late, Error: "not sent: " + heldUp(late)}
}

// excuse is a failed request as one that was not sent, when it took much longer than its
// time-out lets it: timers did not run, so whatever read the answer did not either.
func (g *generator) excuse(s providers.LoadSample, took time.Duration) providers.LoadSample {
	if !s.OK && took > g.timeout+2*grace {
		s.Sent, s.Error = false, heldUp(took)
	}
	return s
}

func heldUp(by time.Duration) string {
	return fmt.Sprintf("gameday was held up for %s", by.Round(time.Millisecond))
}

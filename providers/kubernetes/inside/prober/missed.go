package prober

import (
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// grace is how long a prober may take to return after its time-out.
const grace = time.Second

// missed is a sample that the pod was too late for, as one that was frozen with its
// node is: sent past its time-out, or refused in the burst after that. It says
// nothing of the target. The sampler of the engine has the same rules.
func missed(due, held time.Duration) wire.Sample {
	return wire.Sample{Due: due, Lost: true, Error: fmt.Sprintf("the prober was held up for %s", held.Round(time.Millisecond))}
}

// excuse is a failed sample as a lost one, when it took much longer than its time-out
// lets it: timers did not run, so whatever read the answer did not either.
func (p *probe) excuse(s wire.Sample, took time.Duration) wire.Sample {
	if s.OK || s.Lost || took <= p.timeout+2*grace {
		return s
	}
	return missed(s.Due, took)
}

package packetfault

import "math/rand/v2"

// random draws numbers between 0 and 1 of which each follows the one before by a
// correlation, as get_crandom of net/sched/sch_netem.c does.
type random struct {
	source      *rand.Rand
	correlation float64 // 0 to 1
	last        float64
}

// newRandom makes the n-th source of a seed: each attribute has its own, so that one
// more of them does not change what the others decide.
func newRandom(seed, n uint64, correlation float64) *random {
	return &random{source: rand.New(rand.NewPCG(seed, n)), correlation: correlation / 100}
}

func (r *random) next() float64 {
	r.last = r.source.Float64()*(1-r.correlation) + r.last*r.correlation
	return r.last
}

// lot decides by a share.
type lot struct {
	*random
	share float64 // 0 to 1
}

func newLot(seed, n uint64, s *Share) *lot {
	if s == nil {
		return nil
	}
	return &lot{random: newRandom(seed, n, s.Correlation), share: s.Percent / 100}
}

func (l *lot) hit() bool { return l != nil && l.next() < l.share }

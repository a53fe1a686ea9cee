package plan

import (
	"fmt"
	"hash/fnv"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// Reseed gives a run another seed, and with it every fault a seed of its own
// that depends on nothing else, so that other targets are chosen. Seeds that
// the configuration sets stay, and the seed that the run has anyway changes
// nothing. Whatever is resolved for one run must be given the same seed: the
// plan's.
func Reseed(r *resolve.Resolved, seed int64) {
	if seed == r.Seed {
		return
	}
	r.Seed = seed
	for _, e := range r.Experiments {
		if e.Config != nil && e.Config.Seed != nil {
			continue
		}
		for _, f := range e.Faults {
			if !hasOwnSeed(e, f) {
				f.Seed = derived(seed, f.Addr.String())
			}
		}
	}
}

func hasOwnSeed(e *resolve.Experiment, f *resolve.Fault) bool {
	if e.Config == nil || e.Config.Faults[f.Addr.Name] == nil {
		return false
	}
	return e.Config.Faults[f.Addr.Name].Seed != nil
}

// derived has 31 bits, so that every reader of JSON keeps it exact.
func derived(seed int64, name string) int64 {
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%d/%s", seed, name) // a hash takes everything
	sum := hash.Sum64()
	return int64((sum ^ sum>>32) & 0x7fffffff)
}

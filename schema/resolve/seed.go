package resolve

import (
	"fmt"
	"hash/fnv"
)

// derivedSeed is a seed that depends on nothing but a name and, for a part of
// something, the seed of the whole. It has 31 bits, so that every JSON reader
// keeps it exact and a person can copy it into `seed`.
func derivedSeed(parent int64, name string) int64 {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d/%s", parent, name)
	sum := hash.Sum64()
	return int64((sum ^ sum>>32) & 0x7fffffff)
}

// runSeed is that of a whole run.
func runSeed(experiments []*Experiment) int64 {
	var seed int64
	for _, e := range experiments {
		seed = derivedSeed(seed, e.Addr.String())
	}
	return seed
}

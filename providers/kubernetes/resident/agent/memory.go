package agent

import (
	"os"
	"runtime/debug"
)

// memoryLimit is where the garbage collector begins to work for its keep: what an agent takes
// counts as the pod's, and 64 MiB is what a plan may rely on.
const memoryLimit = 40 << 20

// boundMemory leaves a limit alone that was set from outside.
func boundMemory() {
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryLimit)
	}
}

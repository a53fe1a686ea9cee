package engines

import (
	"fmt"
	"runtime"
	"time"

	"github.com/gameday-dev/gameday/providers/stress"
)

const (
	// enough is the share of the load that was asked for below which it is not that load any more. Workers have the least
	// weight that there is, so that a busy node leaves them little.
	enough = 0.5
	// settling is how long workers may take until they are judged.
	settling = 2 * time.Second
	// unseen is how much of a worker's processor time the kernel's clock may hide, in seconds: a tick of 10 ms, of its own and of the
	// kernel's for it.
	unseen = 0.02
)

// starved reports whether workers have got less than half of the processor time that they could have.
func starved(asked stress.CPU, s stress.Stats) bool {
	each := enough*attainable(asked, s)/100*s.WallSeconds - unseen
	return s.CPUSeconds < each*float64(asked.Workers)
}

// attainable is the load of each worker that the pod's limit, and the node's processors, allow, in percent.
func attainable(asked stress.CPU, s stress.Stats) float64 {
	all := float64(runtime.NumCPU())
	if asked.Limit > 0 {
		all = min(all, asked.Limit)
	}
	if s.Cgroup != nil && s.Cgroup.CPULimit > 0 {
		all = min(all, s.Cgroup.CPULimit)
	}
	return min(asked.Load, 100*all/float64(asked.Workers))
}

// starving says that workers are starved; empty while they are not, or have just begun.
func starving(asked stress.CPU, s stress.Stats) string {
	if s.WallSeconds < settling.Seconds() || !starved(asked, s) {
		return ""
	}
	return fmt.Sprintf("%d workers used %.0f %% of one processor each, of the %.0f %% that were asked for: processes of the agent give way to others, "+
		"which keep the node's processors busy, or have used up the pod's limit", s.Workers, s.Load, asked.Load)
}

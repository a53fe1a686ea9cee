package stress

import "github.com/gameday-dev/gameday/providers/diskspace"

// Stats are what the workers have done so far, as the kernel counts it.
type Stats struct {
	Workers     int     `json:"workers"`      // that are alive
	WallSeconds float64 `json:"wall_seconds"` // since all of them had begun
	CPUSeconds  float64 `json:"cpu_seconds"`  // that they have used in that time
	Load        float64 `json:"load"`         // percent of one processor, of each worker on average

	Bytes int64 `json:"bytes"`           // resident memory that was taken, or allocated blocks of the file
	Asked int64 `json:"asked,omitempty"` // of memory: what it comes to at the end of the ramp

	Cgroup     *Cgroup          `json:"cgroup,omitempty"`
	Filesystem *diskspace.Space `json:"filesystem,omitempty"` // as statfs(2) tells it now

	Failure string `json:"failure,omitempty"` // why workers have ended before the time
}

// Cgroup is what happened to the control group since the beginning, with everybody
// in it.
type Cgroup struct {
	CPUSeconds       float64 `json:"cpu_seconds"`
	CPULimit         float64 `json:"cpu_limit,omitempty"` // processors, by the least quota that is visible; absent without one
	Periods          int64   `json:"periods"`             // in which a quota was enforced
	Throttled        int64   `json:"throttled"`           // of these, those in which it was used up
	ThrottledSeconds float64 `json:"throttled_seconds"`

	MemoryLimit int64 `json:"memory_limit,omitempty"` // bytes; absent without one
	MemoryUsed  int64 `json:"memory_used"`            // bytes, now
	Kills       int64 `json:"kills"`                  // processes killed for lack of memory
}

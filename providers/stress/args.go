package stress

import (
	"strconv"
	"time"
)

// Roles of the agent in which it is a worker.
const (
	roleCPU    = "stress-cpu"
	roleMemory = "stress-memory"
	roleDisk   = "fill-disk"
)

// CPUArgs is a worker that uses a percentage of one processor. A deadline, in the
// flag -deadline (RFC 3339), has to follow the arguments of every worker.
func CPUArgs(load float64) []string {
	return []string{roleCPU, "-load", strconv.FormatFloat(load, 'f', -1, 64)}
}

// MemoryArgs is a worker that holds so many bytes after the ramp, and gives up
// when fewer bytes than the reserve would be available on the machine.
func MemoryArgs(bytes int64, ramp time.Duration, reserve int64) []string {
	return []string{roleMemory, "-bytes", number(bytes), "-ramp", ramp.String(), "-reserve", number(reserve)}
}

// inGroup adds what a memory worker leaves free in a control group, and which: its
// own when the root of the other's files is empty.
func inGroup(args []string, margin int64, other string) []string {
	return append(args, "-margin", number(margin), "-cgroup", other)
}

// DiskArgs is a worker that takes so many bytes of the filesystem that holds a
// folder, unless fewer than the reserve would be available there.
func DiskArgs(dir string, bytes, reserve int64) []string {
	return []string{roleDisk, "-dir", dir, "-bytes", number(bytes), "-reserve", number(reserve)}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

package cgroup

import "math"

// Unlimited is the limit of a group that has none.
const Unlimited = int64(math.MaxInt64)

// noLimit is where version 1 begins to mean that there is no limit: it says so
// with the largest number of whole pages.
const noLimit = int64(1) << 60

// Memory is that of a group, in bytes. Limit and Headroom take the groups above
// it into account as far as they are visible.
type Memory struct {
	Limit    int64 // Unlimited without one
	Used     int64 // without the file cache that the kernel can drop at once
	Headroom int64 // until the nearest limit; Unlimited without one
	Kills    int64 // processes that the kernel killed because the group had reached its limit
	Known    bool  // whether there are such files at all
}

// Memory reads the group's memory.
func (f Files) Memory() Memory {
	if dirs := f.legacy("memory"); dirs != nil {
		return memory(dirs, v1Memory())
	}
	return memory(f.unified(), v2Memory())
}

// memoryFiles are the names by which a version says the same.
type memoryFiles struct {
	limit, used, cache, events string
}

func v1Memory() memoryFiles {
	return memoryFiles{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", "memory.oom_control"}
}

func v2Memory() memoryFiles {
	return memoryFiles{"memory.max", "memory.current", "inactive_file", "memory.events"}
}

func memory(dirs []string, names memoryFiles) Memory {
	m := Memory{Limit: Unlimited, Headroom: Unlimited}
	for i, dir := range dirs {
		used, known := number(dir, names.used)
		stat := table(dir, "memory.stat")
		used = max(0, used-stat[names.cache])
		m.Kills = max(m.Kills, table(dir, names.events)["oom_kill"]) // version 2 counts upwards, version 1 does not
		if i == 0 {
			m.Used, m.Known = used, known
			m.hidden(stat["hierarchical_memory_limit"])
		}
		if limit, ok := number(dir, names.limit); ok && known && limit < noLimit {
			m.Limit, m.Headroom = min(m.Limit, limit), min(m.Headroom, limit-used)
		}
	}
	return m
}

// hidden takes in the least limit of all groups above, which version 1 tells even
// where they are not visible. What they have used is unknown then.
func (m *Memory) hidden(limit int64) {
	if limit > 0 && limit < noLimit {
		m.Limit, m.Headroom = limit, limit-m.Used
	}
}

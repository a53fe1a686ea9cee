package cgroup

import "time"

// CPU is what a group has used since it was made, and how often it was kept from
// using more.
type CPU struct {
	Used          time.Duration // processor time
	Periods       int64         // in which the quota was enforced, here or above
	Throttled     int64         // periods in which it was used up
	ThrottledTime time.Duration // over all processors
	Limit         float64       // processors, by the least quota of this group and those above; 0 without one
	Known         bool          // whether there are such files at all
}

// Since is what was added since an earlier look.
func (c CPU) Since(earlier CPU) CPU {
	c.Used -= earlier.Used
	c.Periods -= earlier.Periods
	c.Throttled -= earlier.Throttled
	c.ThrottledTime -= earlier.ThrottledTime
	return c
}

// CPU reads the group's processor time. The quotas are those of the group and of
// the groups above it that are visible.
func (f Files) CPU() CPU {
	if dirs := f.legacy("cpuacct"); dirs != nil {
		used, known := number(dirs[0], "cpuacct.usage")
		c := CPU{Used: time.Duration(used), Known: known}
		for _, dir := range f.legacy("cpu") {
			c.throttled(table(dir, "cpu.stat"), "throttled_time", time.Nanosecond)
			c.limit(legacyQuota(dir))
		}
		return c
	}
	var c CPU
	for i, dir := range f.unified() {
		stat := table(dir, "cpu.stat")
		if i == 0 {
			used, known := stat["usage_usec"]
			c.Used, c.Known = time.Duration(used)*time.Microsecond, known
		}
		c.throttled(stat, "throttled_usec", time.Microsecond)
		c.limit(unifiedQuota(dir))
	}
	return c
}

func (c *CPU) throttled(stat map[string]int64, name string, unit time.Duration) {
	c.Periods += stat["nr_periods"]
	c.Throttled += stat["nr_throttled"]
	c.ThrottledTime += time.Duration(stat[name]) * unit
}

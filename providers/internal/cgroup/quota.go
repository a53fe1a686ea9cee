package cgroup

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// limit takes in the quota of one group: so many microseconds in each period of so
// many. None is 0.
func (c *CPU) limit(quota, period int64) {
	if quota <= 0 || period <= 0 {
		return
	}
	processors := float64(quota) / float64(period)
	if c.Limit == 0 || processors < c.Limit {
		c.Limit = processors
	}
}

// legacyQuota reads version 1, where a quota of -1 means none.
func legacyQuota(dir string) (quota, period int64) {
	quota, _ = number(dir, "cpu.cfs_quota_us")
	period, _ = number(dir, "cpu.cfs_period_us")
	return quota, period
}

// unifiedQuota reads version 2: "max 100000" or "20000 100000".
func unifiedQuota(dir string) (quota, period int64) {
	text, err := os.ReadFile(filepath.Join(dir, "cpu.max"))
	if err != nil {
		return 0, 0
	}
	return parseQuota(string(text))
}

func parseQuota(text string) (quota, period int64) {
	first, second, _ := strings.Cut(strings.TrimSpace(text), " ")
	quota, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0 // "max"
	}
	period, _ = strconv.ParseInt(second, 10, 64) // 0 is no quota either
	return quota, period
}

package procfs

import (
	"os"
	"strconv"
	"syscall"
)

// own reports whether a process belongs to this user. Root could read every
// environment, so readability alone does not say it.
func own(pid int) bool {
	info, err := os.Stat("/proc/" + strconv.Itoa(pid))
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

package procfs

import (
	"os"
	"strconv"
	"syscall"
)

// ownedBy reports whether a process belongs to a user. To root, all do: what root
// starts may give its user up (gosu, setpriv, nginx), and with that the kernel clears
// its parent-death signal, so that just such a process is left over.
func ownedBy(user, pid int) bool {
	if user == 0 {
		return true
	}
	info, err := os.Stat("/proc/" + strconv.Itoa(pid))
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == user
}

package host

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// ErrNoPod says that nothing of the pod runs on this node.
var ErrNoPod = errors.New("no process of the pod runs on this node")

// processes are those of a pod, the oldest first: that is the pod's sandbox, or the first
// process of its first container, and never one that a container has put elsewhere.
func processes(uid string) ([]procfs.Stat, error) {
	all, err := procfs.All()
	if err != nil {
		return nil, err
	}
	of := slices.DeleteFunc(all, func(s procfs.Stat) bool { return s.Gone() || !cgroup.InPod(groupsOf(s.PID), uid) })
	if len(of) == 0 {
		return nil, fmt.Errorf("%w: none of %d processes is in a control group of the pod %s", ErrNoPod, len(all), uid)
	}
	slices.SortFunc(of, func(a, b procfs.Stat) int { return cmp.Compare(a.Start, b.Start) })
	return of, nil
}

// groupsOf is the text of /proc/PID/cgroup, as the calling thread's cgroup namespace has
// it; empty for a process that has ended.
func groupsOf(pid int) string {
	text, _ := os.ReadFile(proc(pid, "cgroup"))
	return string(text)
}

func proc(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }

package procfault

import (
	"cmp"
	"strconv"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// founders tells which processes are the first of their container, with which all others of it end.
type founders struct {
	selection Selection
	entry     int
}

func newFounders(s Selection, all []procfs.Stat) founders {
	if s.Container == "" {
		return founders{selection: s}
	}
	return founders{selection: s, entry: entry(all, s.holds)}
}

// holds reports whether a process is of the pod and the container that are meant.
func (s Selection) holds(pid int) bool { return s.encloses(homeOf(strconv.Itoa(pid)).cgroup) }

// entry is the process that a container began with, whatever its number: where containers share a PID namespace, it
// is not 1. It is the oldest of those whose parent is not of the container. Commands that are executed in the
// container have such a parent as well, and so have orphans that somebody outside inherits, but both came later. It is 0
// where no process is of the container. One that has ended and was not reaped counts: nobody took its place.
func entry(all []procfs.Stat, of func(pid int) bool) int {
	var first procfs.Stat
	for _, stat := range all {
		if of(stat.PID) && !of(stat.Parent) && (first.PID == 0 || older(stat, first)) {
			first = stat
		}
	}
	return first.PID
}

// older goes by ids where the kernel's clock, of 10 ms, does not tell.
func older(a, b procfs.Stat) bool {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.PID, b.PID)) < 0
}

// has reports whether a process is one. Seen from the node, that of a PID namespace has the id 1 in the innermost of
// its namespaces; that of a process which has made a namespace of its own within the container has, too, but its
// parent is of the container.
func (f founders) has(stat procfs.Stat) bool {
	if stat.PID == 1 || stat.PID == f.entry {
		return true
	}
	ids, err := procfs.NamespacedIDs(stat.PID)
	return err == nil && len(ids) > 1 && ids[len(ids)-1] == 1 && !f.selection.holds(stat.Parent)
}

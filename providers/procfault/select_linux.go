package procfault

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"regexp"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
)

// Processes are those that a selection chooses now, by rising id: ErrNoProcess when
// there is none. This process, those above it, those of its container, and agents in
// other containers, such as one that an earlier run left, are never among them.
func (s Selection) Processes() ([]Process, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	all, err := procfs.All()
	if err != nil {
		return nil, err
	}
	m, first := newMatcher(s, all), newFounders(s, all)
	var chosen []Process
	for _, stat := range all {
		if !stat.Gone() && m.matches(stat) {
			chosen = append(chosen, Process{Identity: stat.Identity(), Name: stat.Command, Init: first.has(stat)})
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w: container %q, name %q, cmdline %q, among the %d processes that are visible: "+
			"the agent must share the PID namespace of the container (targetContainerName)", ErrNoProcess, s.Container, s.Name, s.Cmdline, len(all))
	}
	return chosen, nil
}

type matcher struct {
	selection Selection
	cmdline   *regexp.Regexp
	own       home
	family    map[int]bool
}

// home is by what containers are told apart.
type home struct{ cgroup, mounts string }

// homeOf reads both. The mount namespace may only be read with CAP_SYS_PTRACE or
// by the same user, and is empty then.
func homeOf(pid string) home {
	cgroup, _ := os.ReadFile(path.Join("/proc", pid, "cgroup"))
	mounts, _ := os.Readlink(path.Join("/proc", pid, "ns/mnt"))
	return home{cgroup: string(cgroup), mounts: mounts}
}

func (h home) same(other home) bool {
	return h.cgroup == other.cgroup && (h.mounts == other.mounts || h.mounts == "" || other.mounts == "")
}

func newMatcher(s Selection, all []procfs.Stat) matcher {
	return matcher{selection: s, cmdline: regexp.MustCompile(s.Cmdline), own: homeOf("self"), family: ancestors(all)}
}

// encloses reports whether a process in these groups is of the pod and the container that
// are meant.
func (s Selection) encloses(groups string) bool {
	return (s.Pod == "" || cgroup.InPod(groups, s.Pod)) && (s.Container == "" || cgroup.InContainer(groups, s.Container))
}

// ancestors are this process and those above it.
func ancestors(all []procfs.Stat) map[int]bool {
	parents := map[int]int{}
	for _, stat := range all {
		parents[stat.PID] = stat.Parent
	}
	family := map[int]bool{}
	for pid := os.Getpid(); pid > 0 && !family[pid]; pid = parents[pid] {
		family[pid] = true
	}
	return family
}

func (m matcher) matches(stat procfs.Stat) bool {
	if m.selection.Name != "" {
		if fits, _ := path.Match(m.selection.Name, stat.Command); !fits { // validate knows that it is a pattern
			return false
		}
	}
	pid := fmt.Sprint(stat.PID)
	theirs := homeOf(pid)
	if m.family[stat.PID] && theirs.mounts == m.own.mounts || theirs.cgroup == "" || m.own.same(theirs) {
		return false
	}
	if !m.selection.encloses(theirs.cgroup) {
		return false
	}
	arguments, _ := os.ReadFile(path.Join("/proc", pid, "cmdline")) // none for threads of the kernel
	return !isAgent(arguments) && m.cmdline.Match(bytes.ReplaceAll(bytes.TrimRight(arguments, "\x00"), []byte{0}, []byte{' '}))
}

// isAgent tells an agent and its workers by the first of the arguments, which end
// with a zero byte each.
func isAgent(arguments []byte) bool {
	program, _, _ := bytes.Cut(arguments, []byte{0})
	return path.Base(string(program)) == worker.Name
}

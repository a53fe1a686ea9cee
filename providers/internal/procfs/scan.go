package procfs

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// All reads every process that is there, zombies included, by rising id.
// Processes that end meanwhile are left out.
func All() ([]Stat, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var all []Stat
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if stat, err := Read(pid); err == nil {
			all = append(all, stat)
		}
	}
	return all, nil
}

// Group reads the live members of a process group.
func Group(id int) ([]Stat, error) {
	return where(func(s Stat) bool { return s.Group == id && !s.Gone() })
}

// Children reads the processes whose parent is pid, zombies included.
func Children(pid int) ([]Stat, error) {
	return where(func(s Stat) bool { return s.Parent == pid })
}

// Marked reads the live processes of this user, or of all users when that is root,
// whose environment, as it was when they were executed, holds every one of the marks
// ("NAME=value"). Marks of root have to be selective, as the id of a run is. The calling
// process is never among them. The environments of other users' processes can be read with
// CAP_SYS_PTRACE alone (proc_pid_environ(5)): root in a container may not have that.
func Marked(marks ...string) ([]Stat, error) { return markedOf(os.Geteuid(), marks) }

func markedOf(user int, marks []string) ([]Stat, error) {
	self := os.Getpid()
	return where(func(s Stat) bool {
		return s.PID != self && !s.Gone() && ownedBy(user, s.PID) && holds(Environ(s.PID), marks)
	})
}

// Environ is the environment with which a process was executed, as "NAME=value";
// nil when it may not be read.
func Environ(pid int) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return nil
	}
	return strings.Split(string(bytes.TrimRight(text, "\x00")), "\x00")
}

// Lookup finds a variable in an environment, or "".
func Lookup(environ []string, name string) string {
	for _, entry := range environ {
		if value, found := strings.CutPrefix(entry, name+"="); found {
			return value
		}
	}
	return ""
}

func where(keep func(Stat) bool) ([]Stat, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	var kept []Stat
	for _, stat := range all {
		if keep(stat) {
			kept = append(kept, stat)
		}
	}
	return kept, nil
}

func holds(environ, marks []string) bool {
	set := map[string]bool{}
	for _, entry := range environ {
		set[entry] = true
	}
	for _, mark := range marks {
		if !set[mark] {
			return false
		}
	}
	return true
}

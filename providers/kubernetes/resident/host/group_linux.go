package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
)

// group is a control group below a pod's, in every hierarchy that accounts for something.
// It is to the agent what its container's is to an ephemeral container: without a limit of
// its own, and within those of the pod. A process can't be put into the pod's own group, as
// version 2 keeps processes out of groups that hand controllers on.
type group struct{ dirs []string }

// newGroup makes a group below that of the pod which a process with these memberships
// is of. mount is where the hierarchies are.
func newGroup(mount, uid, name string, theirs []cgroup.Membership) (g group, err error) {
	for _, m := range accounting(theirs) {
		pod, found := m.OfPod(uid)
		if !found {
			continue // the runtime keeps pods out of this hierarchy
		}
		above := filepath.Join(mount, m.Controllers, pod)
		dir := filepath.Join(above, name)
		if err := makeGroup(above, dir); err != nil {
			return g, fmt.Errorf("make a control group in that of the pod: %w", err)
		}
		g.dirs = append(g.dirs, dir)
	}
	if len(g.dirs) == 0 {
		return g, fmt.Errorf("make a control group in that of the pod: %w", ErrNoPod)
	}
	return g, nil
}

// accounting leaves the hierarchies that have controllers; that of version 2 has them where
// there is none of version 1.
func accounting(all []cgroup.Membership) []cgroup.Membership {
	var legacy, unified []cgroup.Membership
	for _, m := range all {
		switch {
		case m.Controllers == "":
			unified = append(unified, m)
		case !strings.HasPrefix(m.Controllers, "name="):
			legacy = append(legacy, m)
		}
	}
	if len(legacy) > 0 {
		return legacy
	}
	return unified
}

// makeGroup gives a group of version 1 the processors and the memory of the one above: it
// would have none, and take no process.
func makeGroup(above, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
		return err
	}
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		text, err := os.ReadFile(filepath.Join(above, name))
		if err != nil || strings.TrimSpace(string(text)) == "" {
			continue // version 2 inherits where it says nothing
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return weigh(dir)
}

// least are the files of version 2 and 1 that weigh a group, with the least weight: what an ephemeral container has, as it can't ask
// for processor time.
func least() map[string]string { return map[string]string{"cpu.weight": "1", "cpu.shares": "2"} }

// weigh has the group give way to the pod's containers, where its hierarchy accounts for processors.
func weigh(dir string) error {
	for name, weight := range least() {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = file.WriteString(weight)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// take moves a process into the group.
func (g group) take(pid int) error {
	for _, dir := range g.dirs {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return fmt.Errorf("move process %d into the control group %s: %w", pid, dir, err)
		}
	}
	return nil
}

// patience is how long the group's last processes may take to be gone.
const patience = time.Second

// remove takes the group away once nobody is in it. What can't be removed has no effect,
// and goes with the pod.
func (g group) remove() {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !g.removed() && time.Now().Before(end); {
		<-tick.C
	}
}

func (g group) removed() bool {
	gone := true
	for _, dir := range g.dirs {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			gone = false
		}
	}
	return gone
}

// mountGroups shows the calling thread's mount namespace the hierarchies as the node has
// them: a container sees no more than its own part. The thread must be in the cgroup namespace
// of the node.
func mountGroups(at string, own []cgroup.Membership) error {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	hierarchies := accounting(own)
	if len(hierarchies) == 0 || hierarchies[0].Controllers == "" {
		return mounted(at, unix.Mount("cgroup2", at, "cgroup2", flags, ""))
	}
	if err := unix.Mount("tmpfs", at, "tmpfs", flags, "mode=755"); err != nil {
		return mounted(at, err)
	}
	for _, m := range hierarchies {
		dir := filepath.Join(at, m.Controllers)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return mounted(at, err)
		}
		if err := unix.Mount("cgroup", dir, "cgroup", flags, m.Controllers); err != nil {
			return mounted(dir, err)
		}
	}
	return nil
}

func mounted(at string, err error) error {
	if err != nil {
		return fmt.Errorf("mount the control groups at %s: %w", at, err)
	}
	return nil
}

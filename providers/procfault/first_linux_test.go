package procfault

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// patience is for what must happen at all, on a machine that is busy.
const patience = 30 * time.Second

func TestTheEntryOfAContainer(t *testing.T) {
	pause := procfs.Stat{PID: 1, Start: 1}
	for name, c := range map[string]struct {
		of   []int // the container
		all  []procfs.Stat
		want int
	}{
		"a PID namespace of its own": {[]int{1, 8}, []procfs.Stat{pause, {PID: 8, Parent: 1, Start: 2}}, 1},
		"one that is shared":         {[]int{7, 8}, []procfs.Stat{pause, {PID: 7, Start: 5}, {PID: 8, Parent: 7, Start: 6}}, 7},
		"a command that is executed": {[]int{9, 4}, []procfs.Stat{pause, {PID: 4, Start: 8}, {PID: 9, Start: 5}}, 9},
		"an orphan":                  {[]int{7, 8}, []procfs.Stat{pause, {PID: 7, Start: 5}, {PID: 8, Parent: 1, Start: 6}}, 7},
		"a parent of before":         {[]int{7, 8}, []procfs.Stat{{PID: 7, Parent: 3, Start: 5}, {PID: 8, Parent: 7, Start: 5}}, 7},
		"two of one tick":            {[]int{7, 9}, []procfs.Stat{{PID: 9, Start: 5}, {PID: 7, Start: 5}}, 7},
		"nobody":                     {nil, []procfs.Stat{pause}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, entry(c.all, func(pid int) bool { return slices.Contains(c.of, pid) }))
		})
	}
}

// group makes the control group of a container, in whichever hierarchy there is.
func group(t *testing.T) (container, procs string) {
	t.Helper()
	container = fmt.Sprintf("%064x", os.Getpid()) // nobody else's on this machine
	for _, mount := range []string{"/sys/fs/cgroup/pids", "/sys/fs/cgroup"} {
		dir := filepath.Join(mount, "cri-containerd-"+container+".scope")
		if _, err := os.Stat(filepath.Join(mount, "cgroup.procs")); err != nil || os.Mkdir(dir, 0o755) != nil {
			continue
		}
		t.Cleanup(func() {
			assert.Eventually(t, func() bool { return os.Remove(dir) == nil }, patience, time.Millisecond)
		})
		return container, filepath.Join(dir, "cgroup.procs")
	}
	t.Skip("no control group can be made here")
	return "", ""
}

// enter starts a shell in a group, with a command that it executes there.
func enter(t *testing.T, procs, command string) int {
	t.Helper()
	cmd := exec.Command("sh", "-c", `echo $$ >"$0" && echo in && `+command, procs)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "in\n", line)
	return cmd.Process.Pid
}

// TestTheFirstIsKnownByItsGroup where its id is like any other, as in a pod whose containers share a PID namespace.
func TestTheFirstIsKnownByItsGroup(t *testing.T) {
	container, procs := group(t)
	app := enter(t, procs, "{ sleep 60 & wait; }")
	enter(t, procs, "exec sleep 60") // as kubectl exec does
	var found []Process
	require.Eventually(t, func() (all bool) {
		found, _ = Selection{Container: container}.Processes()
		return len(found) == 3
	}, patience, time.Millisecond)
	for _, p := range found {
		assert.Equal(t, p.PID == app, p.Init, "process %d (%s)", p.PID, p.Name)
	}
}

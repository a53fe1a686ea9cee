package host

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// TestMain lets the test binary be the agent's own container, and the agent in it.
func TestMain(m *testing.M) {
	switch {
	case slices.Contains(os.Args, Inside):
		os.Exit(inPod())
	case len(os.Args) > 2 && os.Args[1] == "outside":
		os.Exit(outside(os.Args[2]))
	}
	os.Exit(m.Run())
}

// outside is an agent's own container: what it mounts is nobody else's.
func outside(pod string) int {
	listen, err := net.ListenUnix("unix", &net.UnixAddr{Name: "@gameday/" + pod, Net: "unix"})
	if err != nil {
		return 3
	}
	code, err := Run(context.Background(), Spec{Pod: pod, Network: true, Group: "gameday-agent-a", node: os.Getppid()}, listen, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// inPod tells, by its end, where it is.
func inPod() int {
	_, _ = io.Copy(io.Discard, os.NewFile(4, "ready"))
	network, _ := os.Readlink("/proc/self/ns/net")
	listen, err := net.FileListener(os.NewFile(3, "requests"))
	if err != nil {
		return 4
	}
	fmt.Fprintf(os.Stderr, "%s\n%s\n%s, accounts are seen: %t\n", network, groupsOf(os.Getpid()), listen.Addr(), cgroup.Own().Memory().Known)
	return 7
}

// aPod makes the control groups of a pod on this machine, with one process that has a
// network of its own.
func aPod(t *testing.T) (pod string, first *exec.Cmd) {
	t.Helper()
	pod = "00000000-0000-4000-8000-" + fmt.Sprintf("%012d", os.Getpid())
	first = exec.Command("sleep", "600")
	first.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	require.NoError(t, first.Start())
	var made []string
	t.Cleanup(func() {
		_ = first.Process.Kill()
		_ = first.Wait()
		for _, dir := range slices.Backward(made) {
			assert.NoError(t, os.Remove(dir))
		}
	})
	for _, m := range accounting(cgroup.ParseMembership(groupsOf(os.Getpid()))) {
		above := filepath.Join(cgroup.DefaultRoot, m.Controllers, m.Path)
		if m.Controllers == "" {
			above = cgroup.DefaultRoot // version 2 has no groups below one with processes
		}
		own, container := filepath.Join(above, "pod"+pod), filepath.Join(above, "pod"+pod, "a")
		for _, dir := range []string{own, container} {
			if err := makeGroup(filepath.Dir(dir), dir); err != nil {
				t.Skipf("no control groups can be made here: %s", err)
			}
			made = append(made, dir)
		}
		require.NoError(t, group{[]string{container}}.take(first.Process.Pid))
	}
	return pod, first
}

// TestTheAgentGoesThere: all of the process is in the pod's network, and in a group below
// the pod's, which is gone afterwards.
func TestTheAgentGoesThere(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, as the agent does")
	}
	pod, first := aPod(t)
	theirs, err := os.Readlink("/proc/" + strconv.Itoa(first.Process.Pid) + "/ns/net")
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0], "outside", pod)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	require.ErrorContains(t, err, "exit status 7", "its exit code is the agent's")
	assert.Contains(t, string(out), theirs)
	assert.Contains(t, string(out), "@gameday/"+pod+", accounts are seen: true")
	hierarchies := 0
	for _, m := range accounting(cgroup.ParseMembership(string(out))) {
		assert.True(t, strings.HasSuffix(m.Path, "/pod"+pod+"/gameday-agent-a"), "%+v", m)
		hierarchies++
	}
	assert.Positive(t, hierarchies)
	left, err := filepath.Glob(cgroup.DefaultRoot + "/*/pod" + pod + "/gameday-agent-a")
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestNoSuchPod(t *testing.T) {
	_, err := processes(uid)
	require.ErrorIs(t, err, ErrNoPod)
}

// TestTheNodesNetworkIsLeftAlone: a pod all of whose processes have it is refused.
func TestTheNodesNetworkIsLeftAlone(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, as the agent does")
	}
	node, err := procfs.Read(os.Getpid())
	require.NoError(t, err)
	require.ErrorIs(t, Spec{node: os.Getppid()}.enterNetwork([]procfs.Stat{node}), errNodeNetwork)
}

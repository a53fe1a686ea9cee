package host

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/cgroup"
)

const uid = "3f1c2a44-9d0e-4b53-8a55-0f6d6c7e1b20"

// tree makes a pod's group in a hierarchy, as far as files can be one.
func tree(t *testing.T, hierarchy, pod string) (mount string) {
	t.Helper()
	mount = t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(mount, hierarchy, pod), 0o755))
	return mount
}

// TestGroupsBelowThePods in each hierarchy that accounts for something, and nowhere else.
func TestGroupsBelowThePods(t *testing.T) {
	const systemd = "/kubepods.slice/kubepods-pod3f1c2a44_9d0e_4b53_8a55_0f6d6c7e1b20.slice"
	for name, c := range map[string]struct{ groups, hierarchy, pod string }{
		"v2": {"0::" + systemd + "/cri-containerd-a.scope\n", "", systemd},
		"v1": {"3:cpu,cpuacct:/kubepods/pod" + uid + "/a\n2:name=systemd:/kubepods/pod" + uid + "/a\n0::/\n", "cpu,cpuacct", "/kubepods/pod" + uid},
	} {
		t.Run(name, func(t *testing.T) {
			mount := tree(t, c.hierarchy, c.pod)
			g, err := newGroup(mount, uid, "gameday-agent-a", cgroup.ParseMembership(c.groups))
			require.NoError(t, err)
			want := filepath.Join(mount, c.hierarchy, c.pod, "gameday-agent-a")
			assert.Equal(t, []string{want}, g.dirs)
			require.NoError(t, g.take(4711))
			text, err := os.ReadFile(filepath.Join(want, "cgroup.procs"))
			require.NoError(t, err)
			assert.Equal(t, "4711", string(text))
			require.NoError(t, os.Remove(filepath.Join(want, "cgroup.procs"))) // in a real one it is no file of the folder's
			g.remove()
			assert.NoDirExists(t, want)
		})
	}
}

// TestProcessorsOfAGroup: a group of version 1 has none until it is given some.
func TestProcessorsOfAGroup(t *testing.T) {
	mount := tree(t, "cpuset", "pod"+uid)
	above := filepath.Join(mount, "cpuset", "pod"+uid)
	require.NoError(t, os.WriteFile(filepath.Join(above, "cpuset.cpus"), []byte("0-1\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(above, "cpuset.mems"), []byte("0\n"), 0o600))
	g, err := newGroup(mount, uid, "gameday-agent-a", cgroup.ParseMembership("1:cpuset:/pod"+uid+"/a\n"))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(g.dirs[0], "cpuset.cpus"))
	require.NoError(t, err)
	assert.Equal(t, "0-1\n", string(text))
}

// TestWeightOfAGroup: the least, as an ephemeral container has it.
func TestWeightOfAGroup(t *testing.T) {
	for name, c := range map[string]struct{ groups, hierarchy, file, before, want string }{
		"v2":                       {"0::/pod" + uid + "/a\n", "", "cpu.weight", "9", "1"},
		"v1":                       {"3:cpu,cpuacct:/pod" + uid + "/a\n", "cpu,cpuacct", "cpu.shares", "9", "2"},
		"v2 without the processor": {"0::/pod" + uid + "/a\n", "", "memory.max", "max\n", "max\n"},
	} {
		t.Run(name, func(t *testing.T) {
			mount := tree(t, c.hierarchy, "pod"+uid)
			file := filepath.Join(mount, c.hierarchy, "pod"+uid, "gameday-agent-a", c.file)
			require.NoError(t, os.Mkdir(filepath.Dir(file), 0o755)) // in a real one the kernel makes the files
			require.NoError(t, os.WriteFile(file, []byte(c.before), 0o600))
			g, err := newGroup(mount, uid, "gameday-agent-a", cgroup.ParseMembership(c.groups))
			require.NoError(t, err)
			require.Equal(t, []string{filepath.Dir(file)}, g.dirs)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(text))
			others, err := os.ReadDir(filepath.Dir(file))
			require.NoError(t, err)
			assert.Len(t, others, 1)
		})
	}
}

func TestGroupsOfOthersAreNotJoined(t *testing.T) {
	_, err := newGroup(t.TempDir(), uid, "gameday-agent-a", cgroup.ParseMembership("0::/system.slice/kubelet.service\n"))
	require.ErrorIs(t, err, ErrNoPod)
}

// TestNamesAreCopied, but not by links that lead elsewhere.
func TestNamesAreCopied(t *testing.T) {
	root, elsewhere := t.TempDir(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "etc"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "etc", "resolv.conf"), []byte("nameserver 10.96.0.10\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "secret"), []byte("x"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(elsewhere, "secret"), filepath.Join(root, "etc", "hosts")))
	text, err := readBelow(root, "etc/resolv.conf")
	require.NoError(t, err)
	assert.Equal(t, "nameserver 10.96.0.10\n", string(text))
	_, err = readBelow(root, "etc/hosts")
	require.Error(t, err)
}

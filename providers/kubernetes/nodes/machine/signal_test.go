//go:build linux

package machine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// container is an id as runtimes make them.
const containerID = "5f3a9c0d1e2b4a6f8c7d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b"

// fakeProc has one process of a container, with the number of a real one.
func fakeProc(t *testing.T, pid int, group, numbers string) string {
	t.Helper()
	proc := t.TempDir()
	dir := filepath.Join(proc, strconv.Itoa(pid))
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup"), []byte(group), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "status"), []byte("Name:\tapp\nNSpid:\t"+numbers+"\n"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(proc, "sys"), 0o700))
	return proc
}

func TestSignalMeetsTheFirstProcessOfTheContainer(t *testing.T) {
	for name, tt := range map[string]struct {
		group, numbers, container string
		killed                    bool
		wrong                     string
	}{
		"containerd":            {"0::/kubepods/burstable/podx/" + containerID, "4711\t1", containerID, true, ""},
		"cri-o":                 {"0::/kubepods.slice/crio-" + containerID + ".scope", "4711\t1", containerID, true, ""},
		"cgroup v1":             {"9:cpu:/kubelet/kubepods/podx/" + containerID + "\n8:memory:/x", "4711\t33\t1", containerID, true, ""},
		"a child of the first":  {"0::/kubepods/podx/" + containerID, "4712\t7", containerID, false, ""},
		"another container":     {"0::/kubepods/podx/0000", "4711\t1", containerID, false, ""},
		"the node's own first":  {"0::/" + containerID, "1", containerID, false, ""},
		"no id at all":          {"0::/", "4711\t1", "", false, "is not one"},
		"too short to be an id": {"0::/abc", "4711\t1", "abc", false, "is not one"},
	} {
		t.Run(name, func(t *testing.T) {
			victim := exec.CommandContext(t.Context(), "sleep", "60")
			require.NoError(t, victim.Start())
			t.Cleanup(func() { _ = victim.Process.Kill(); _ = victim.Wait() })
			hit, err := signalContainer(fakeProc(t, victim.Process.Pid, tt.group, tt.numbers), tt.container, syscall.SIGKILL)
			if tt.wrong != "" {
				require.ErrorContains(t, err, tt.wrong)
			} else {
				require.NoError(t, err)
			}
			assert.Equal(t, tt.killed, hit)
			if tt.killed {
				require.Error(t, victim.Wait())
				assert.Equal(t, syscall.SIGKILL, victim.ProcessState.Sys().(syscall.WaitStatus).Signal())
				return
			}
			assert.NoError(t, victim.Process.Signal(syscall.Signal(0)), "it lives")
		})
	}
}

package procfs

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dropped starts a process as if root had started it and it had dropped its user then. It has our own user where we are not
// root, or are one without CAP_SYS_PTRACE, as in most containers, who can't read what is somebody else's.
func dropped(t *testing.T, mark string) (pid, user int) {
	t.Helper()
	if os.Geteuid() == 0 {
		const nobody = 65534
		pid = sleeping(t, mark, &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}})
		if _, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err == nil {
			return pid, nobody
		}
	}
	return sleeping(t, mark, &syscall.SysProcAttr{Setpgid: true}), os.Geteuid()
}

func sleeping(t *testing.T, mark string, attr *syscall.SysProcAttr) (pid int) {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	cmd.Env, cmd.SysProcAttr = []string{mark}, attr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd.Process.Pid
}

func TestMarkedOfUsers(t *testing.T) {
	mark := "MARK_OF_USERS=" + t.TempDir()
	pid, owner := dropped(t, mark)
	for name, test := range map[string]struct {
		user  int
		found bool
	}{
		"its user":     {user: owner, found: true},
		"root":         {user: 0, found: true},
		"another user": {user: owner + 1},
	} {
		found, err := markedOf(test.user, []string{mark})
		require.NoError(t, err)
		if assert.Equal(t, test.found, len(found) == 1, name) && test.found {
			assert.Equal(t, pid, found[0].PID, name)
		}
	}
	found, err := Marked(mark)
	require.NoError(t, err)
	assert.Len(t, found, 1, "root finds it, and so does whoever is its user")
}

package stress_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/stress"
)

// TestOutOfMemory has a group with a limit of its own, where that can be made: it
// needs root and a memory controller of cgroup version 1.
func TestOutOfMemory(t *testing.T) {
	inGroup(t, "TestInsideLimit", controlGroup(t, "memory", map[string]int{"memory.limit_in_bytes": 48 * mib}))
}

// TestQuota has one with a fifth of a processor.
func TestQuota(t *testing.T) {
	inGroup(t, "TestInsideQuota", controlGroup(t, "cpu", map[string]int{"cpu.cfs_period_us": 100_000, "cpu.cfs_quota_us": 20_000}))
}

// inGroup runs another test in a control group.
func inGroup(t *testing.T, test, group string) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, group, executable(t), "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), "GAMEDAY_TEST_LIMIT=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: "+test)
}

func controlGroup(t *testing.T, controller string, limits map[string]int) string {
	t.Helper()
	group := "/sys/fs/cgroup/" + controller + "/gameday-stress-" + strconv.Itoa(os.Getpid())
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skipf("no control group can be made here: %v", err)
	}
	t.Cleanup(func() { eventually(t, func() bool { return syscall.Rmdir(group) == nil }, "the group is empty") })
	for name, value := range limits {
		require.NoError(t, os.WriteFile(filepath.Join(group, name), []byte(strconv.Itoa(value)), 0o600))
	}
	return group
}

func executable(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return self
}

// TestInsideLimit runs in a group of its own. What would exceed its limit is
// refused; forced, the kernel ends the worker and not whoever started it.
func TestInsideLimit(t *testing.T) {
	if os.Getenv("GAMEDAY_TEST_LIMIT") == "" {
		t.Skip("TestOutOfMemory runs it in a control group")
	}
	spec := stress.Spec{ID: t.Name(), Prefix: []string{"agent"}, Deadline: time.Now().Add(time.Minute), Memory: &stress.Memory{Size: 64 * mib}}
	_, err := stress.Start(t.Context(), spec)
	require.ErrorIs(t, err, stress.ErrReserve)
	require.ErrorContains(t, err, "memory limit is 48.0 MiB")
	spec.Memory.Force = true
	_, err = stress.Start(t.Context(), spec)
	require.ErrorIs(t, err, stress.ErrKilled)
	require.ErrorContains(t, err, "the kernel ran out of memory in the control group")
}

// TestInsideQuota runs in a group of its own. A worker asks for all of a processor,
// gets what the quota leaves, and the evidence says why.
func TestInsideQuota(t *testing.T) {
	if os.Getenv("GAMEDAY_TEST_LIMIT") == "" {
		t.Skip("TestQuota runs it in a control group")
	}
	r := begin(t, stress.Spec{CPU: &stress.CPU{Workers: 1, Load: 100}})
	eventually(t, func() bool { return r.Stats().Cgroup.Throttled > 3 }, "the quota is used up")
	got := r.Stats()
	assert.InDelta(t, 0.2, got.Cgroup.CPULimit, 1e-9)
	assert.Positive(t, got.Cgroup.ThrottledSeconds)
	assert.Less(t, got.CPUSeconds, 0.2*got.WallSeconds+0.2, "no more than the quota, with slices that are still out")
}

package stress_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/stress"
)

const mib = 1 << 20

// patience is for what must happen at all, on a machine that is busy.
const patience = 30 * time.Second

func begin(t *testing.T, spec stress.Spec) *stress.Running {
	t.Helper()
	spec.Prefix = []string{"agent"}
	if spec.ID == "" {
		spec.ID = t.Name()
	}
	if spec.Deadline.IsZero() {
		spec.Deadline = time.Now().Add(time.Minute)
	}
	r, err := stress.Start(t.Context(), spec)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()); <-r.Done() })
	return r
}

// workers are the live workers of a fault, as the kernel has them.
func workers(t *testing.T, id string) []procfs.Stat {
	t.Helper()
	found, err := procfs.Marked("GAMEDAY_FAULT=" + id)
	require.NoError(t, err)
	return found
}

func eventually(t *testing.T, condition func() bool, why string) {
	t.Helper()
	require.Eventually(t, condition, patience, 5*time.Millisecond, why)
}

func TestCPU(t *testing.T) {
	r := begin(t, stress.Spec{CPU: &stress.CPU{Workers: 2, Load: 30}})
	assert.Len(t, workers(t, t.Name()), 2)
	eventually(t, func() bool { return r.Stats().CPUSeconds > 0.3 }, "processor time is used")
	got := r.Stats()
	assert.Equal(t, 2, got.Workers)
	// Wide: a busy machine gives less, and what is owed is a second at most.
	assert.Less(t, got.CPUSeconds, 2*(0.3*got.WallSeconds+1.2))
	require.NotNil(t, got.Cgroup)
	assert.Positive(t, got.Cgroup.CPUSeconds)
	require.NoError(t, r.Close())
	require.NoError(t, r.Err())
	assert.Empty(t, workers(t, t.Name()))
	assert.GreaterOrEqual(t, r.Stats().CPUSeconds, got.CPUSeconds, "evidence outlives the workers")
	assert.Equal(t, 0, r.Stats().Workers)
}

func TestMemory(t *testing.T) {
	r := begin(t, stress.Spec{Memory: &stress.Memory{Size: 96 * mib}})
	got := r.Stats()
	assert.GreaterOrEqual(t, got.Bytes, int64(96*mib))
	assert.Less(t, got.Bytes, int64(150*mib))
	worker := workers(t, t.Name())[0]
	score, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", worker.PID))
	require.NoError(t, err)
	assert.Equal(t, "1000", strings.TrimSpace(string(score)))
	require.NoError(t, r.Close())
	assert.Zero(t, r.Stats().Bytes)
}

func TestMemoryRamp(t *testing.T) {
	r := begin(t, stress.Spec{Memory: &stress.Memory{Size: 64 * mib, Ramp: 600 * time.Millisecond}})
	begun := time.Now()
	eventually(t, func() bool { return r.Stats().Bytes >= 64*mib }, "all is held")
	assert.Greater(t, time.Since(begun), 400*time.Millisecond, "the last step is due after 15/16 of the ramp")
}

func TestMemoryRefusesBeyondTheLimit(t *testing.T) {
	spec := stress.Spec{Prefix: []string{"agent"}, ID: t.Name(), Deadline: time.Now().Add(time.Minute)}
	spec.Memory = &stress.Memory{Percent: 80, Limit: 100 * mib, Used: 60 * mib}
	_, err := stress.Start(t.Context(), spec)
	require.ErrorIs(t, err, stress.ErrReserve)
	require.ErrorContains(t, err, "memory limit is 100.0 MiB")
	spec.Memory = &stress.Memory{Size: 32 * mib, Limit: 1 << 40, Margin: 1 << 39}
	_, err = stress.Start(t.Context(), spec)
	require.ErrorIs(t, err, stress.ErrReserve, "the worker looks at the machine")
	assert.Empty(t, workers(t, t.Name()))
}

func TestDiskGivesBack(t *testing.T) {
	dir := t.TempDir()
	r := begin(t, stress.Spec{Disk: &stress.Disk{Path: dir, Size: 24 * mib}})
	got := r.Stats()
	assert.GreaterOrEqual(t, got.Bytes, int64(24*mib))
	require.NotNil(t, got.Filesystem)
	assert.Positive(t, got.Filesystem.Available)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "the file has no name")
	require.NoError(t, r.Close())
	assert.Zero(t, r.Stats().Bytes)
	assert.Nil(t, r.Stats().Filesystem)
}

func TestDiskIsFull(t *testing.T) {
	_, err := stress.Start(t.Context(), stress.Spec{
		Prefix: []string{"agent"}, Deadline: time.Now().Add(time.Minute),
		Disk: &stress.Disk{Path: t.TempDir(), Size: 1 << 50, Reserve: 1},
	})
	require.ErrorIs(t, err, stress.ErrReserve)
}

func TestDeadline(t *testing.T) {
	r := begin(t, stress.Spec{CPU: &stress.CPU{Workers: 1, Load: 5}, Deadline: time.Now().Add(300 * time.Millisecond)})
	<-r.Done()
	require.NoError(t, r.Err(), "an end in time is no failure")
	assert.Empty(t, workers(t, t.Name()))
}

// TestDeadlineOfAStoppedWorker leaves nothing alive but the kernel's timer.
func TestDeadlineOfAStoppedWorker(t *testing.T) {
	deadline := time.Now().Add(2 * time.Second)
	r := begin(t, stress.Spec{Memory: &stress.Memory{Size: 8 * mib}, Deadline: deadline})
	require.NoError(t, workers(t, t.Name())[0].Identity().Signal(syscall.SIGSTOP))
	<-r.Done()
	assert.False(t, time.Now().Before(deadline))
	require.NoError(t, r.Err())
}

func TestKilledWorkerIsNoticed(t *testing.T) {
	r := begin(t, stress.Spec{Memory: &stress.Memory{Size: 8 * mib}})
	require.NoError(t, workers(t, t.Name())[0].Identity().Signal(syscall.SIGKILL))
	<-r.Done()
	require.ErrorIs(t, r.Err(), stress.ErrKilled)
	assert.Contains(t, r.Stats().Failure, "was killed by somebody else")
}

func TestStartIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := stress.Start(ctx, stress.Spec{
		ID: t.Name(), Prefix: []string{"agent"}, Deadline: time.Now().Add(time.Minute), CPU: &stress.CPU{Workers: 3, Load: 1},
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, workers(t, t.Name()))
}

// parent is an agent that starts a stress and does nothing more.
func parent(args []string) int {
	lives, _ := time.ParseDuration(args[1])
	_, err := stress.Start(context.Background(), stress.Spec{
		ID: args[0], Prefix: []string{"agent"}, Deadline: time.Now().Add(lives), CPU: &stress.CPU{Workers: 2, Load: 1},
	})
	fmt.Println("started", err)
	select {}
}

func startParent(t *testing.T, lives time.Duration) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", "agent", t.Name(), lives.String())
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "started <nil>\n", line)
	require.Len(t, workers(t, t.Name()), 2)
	return cmd
}

func TestParentIsKilled(t *testing.T) {
	cmd := startParent(t, time.Hour)
	require.NoError(t, cmd.Process.Kill())
	eventually(t, func() bool { return len(workers(t, t.Name())) == 0 }, "the kernel ends the workers")
}

func TestParentIsStopped(t *testing.T) {
	cmd := startParent(t, 2*time.Second)
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	eventually(t, func() bool { return len(workers(t, t.Name())) == 0 }, "the workers end at their deadline")
}

// TestOutOfMemory has a group with a limit of its own, where that can be made: it
// needs root and a memory controller of cgroup version 1.
func TestOutOfMemory(t *testing.T) {
	group := memoryGroup(t, 48*mib)
	cmd := exec.Command("/bin/sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, group, executable(t), "-test.run=^TestInsideLimit$", "-test.v")
	cmd.Env = append(os.Environ(), "GAMEDAY_TEST_LIMIT=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: TestInsideLimit")
}

func memoryGroup(t *testing.T, limit int) string {
	t.Helper()
	group := filepath.Join("/sys/fs/cgroup/memory", "gameday-stress-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skipf("no control group can be made here: %v", err)
	}
	t.Cleanup(func() { eventually(t, func() bool { return syscall.Rmdir(group) == nil }, "the group is empty") })
	require.NoError(t, os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte(strconv.Itoa(limit)), 0o600))
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

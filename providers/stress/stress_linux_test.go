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
	"github.com/gameday-dev/gameday/providers/internal/worker"
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
	assert.Equal(t, int64(96*mib), got.Bytes, "without what the worker is itself")
	offeredFirst(t)
	require.NoError(t, r.Close())
	assert.Zero(t, r.Stats().Bytes)
}

// offeredFirst checks that the kernel would rather end the worker than anybody else.
func offeredFirst(t *testing.T) {
	t.Helper()
	score, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", workers(t, t.Name())[0].PID))
	require.NoError(t, err)
	assert.Equal(t, "1000", strings.TrimSpace(string(score)))
}

// TestRampEndsBeforeTheLimit has others in the group grow while memory is taken.
func TestRampEndsBeforeTheLimit(t *testing.T) {
	group := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(group, name), []byte(text), 0o600))
	}
	write("cgroup.procs", "")
	write("memory.max", strconv.Itoa(200*mib))
	write("memory.current", strconv.Itoa(20*mib))
	r := begin(t, stress.Spec{Memory: &stress.Memory{Percent: 50, Ramp: 50 * time.Second, Cgroup: group}})
	write("memory.current", strconv.Itoa(195*mib))
	<-r.Done()
	require.ErrorIs(t, r.Err(), stress.ErrReserve)
	require.ErrorContains(t, r.Err(), "free in the control group")
}

// TestMemoryOfTheWorkerItself is not counted: the first step of the ramp is all there is.
func TestMemoryOfTheWorkerItself(t *testing.T) {
	r := begin(t, stress.Spec{Memory: &stress.Memory{Size: 8 * mib, Ramp: time.Hour}})
	eventually(t, func() bool { return r.Stats().Bytes > 0 }, "the first step is taken")
	assert.Equal(t, int64(4*mib), r.Stats().Bytes)
	assert.Equal(t, int64(8*mib), r.Stats().Asked)
	assert.Zero(t, stress.HeldBytes(os.Getpid()), "this is no worker")
}

func TestMemoryRamp(t *testing.T) {
	// Taken before the worker begins: a busy machine may make the ramp longer for us, never shorter.
	begun := time.Now()
	r := begin(t, stress.Spec{Memory: &stress.Memory{Size: 64 * mib, Ramp: 600 * time.Millisecond}})
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
	require.ErrorIs(t, err, stress.ErrReserve)
	require.ErrorContains(t, err, "on the machine")
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
	offeredFirst(t)
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

func TestStartAfterTheDeadline(t *testing.T) {
	_, err := stress.Start(t.Context(), stress.Spec{Prefix: []string{"agent"}, Deadline: time.Now().Add(-time.Minute), CPU: &stress.CPU{Workers: 1, Load: 1}})
	require.ErrorIs(t, err, worker.ErrLate)
}

func TestDeadline(t *testing.T) {
	r := begin(t, stress.Spec{CPU: &stress.CPU{Workers: 1, Load: 5}, Deadline: time.Now().Add(3 * time.Second)}) // long enough for a busy machine to start it
	<-r.Done()
	require.NoError(t, r.Err(), "an end in time is no failure")
	assert.Empty(t, workers(t, t.Name()))
}

// TestDeadlineOfAStoppedWorker leaves nothing alive but the kernel's timer.
func TestDeadlineOfAStoppedWorker(t *testing.T) {
	deadline := time.Now().Add(5 * time.Second)
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
	cmd := startParent(t, 8*time.Second) // long enough for a busy machine to start the workers
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	eventually(t, func() bool { return len(workers(t, t.Name())) == 0 }, "the workers end at their deadline")
}

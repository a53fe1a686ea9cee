package exec_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// roleVariable makes the test binary a gameday that takes one sample, or runs one action.
const roleVariable = "TEST_EXEC_ROLE"

// slow tells its process id and that of who has started it, and takes longer than anybody waits.
func slow() string {
	return sh("echo $PPID > parent; echo $$ > pid.new; mv pid.new pid; exec sleep 60")
}

// TestRole is no test but what stands for gameday in the tests below.
func TestRole(t *testing.T) {
	switch os.Getenv(roleVariable) {
	case "probe":
		sampled(t, "", time.Minute, slow())
	case "action":
		_, _ = act(t.Context(), t, "", slow())
	case "action of a plugin":
		dir, err := os.Getwd()
		require.NoError(t, err)
		_, _ = actBy(t.Context(), t, plugin(t).Types().Actions[0], dir, slow())
	}
}

// plugin is the provider in a process of its own.
func plugin(t *testing.T) providers.Provider {
	t.Helper()
	return providertest.OutOfProcess(t, "exec")
}

// killed runs a role in a process of its own, kills it when its command runs, and returns the
// process ids of the command, and of who has started it.
func killed(t *testing.T, role string) (pid, parent string) {
	t.Helper()
	dir := t.TempDir()
	gameday := exec.Command("/proc/self/exe", "-test.run=^TestRole$")
	gameday.Dir, gameday.Env = dir, append(os.Environ(), roleVariable+"="+role)
	require.NoError(t, gameday.Start())
	assert.Eventually(t, told(dir), 20*time.Second, 5*time.Millisecond)
	require.NoError(t, gameday.Process.Kill())
	_ = gameday.Wait()
	return read(t, filepath.Join(dir, "pid")), read(t, filepath.Join(dir, "parent"))
}

// told reports whether the command in a folder runs.
func told(dir string) func() bool {
	return func() bool { _, err := os.Stat(filepath.Join(dir, "pid")); return err == nil }
}

func TestAProbeIsKilledWithGameday(t *testing.T) {
	pid, _ := killed(t, "probe")
	gone(t, pid)
}

// TestAnActionOutlivesGameday: a repair that was begun is not cut short. Nor is one that a plugin has begun, which ends with gameday.
func TestAnActionOutlivesGameday(t *testing.T) {
	for _, role := range []string{"action", "action of a plugin"} {
		t.Run(role, func(t *testing.T) {
			pid, parent := killed(t, role)
			gone(t, parent)
			outlives(t, pid)
		})
	}
}

// TestAnActionOfAPluginIsCalledOff, as any other: nobody was killed.
func TestAnActionOfAPluginIsCalledOff(t *testing.T) {
	dir, action := t.TempDir(), plugin(t).Types().Actions[0]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var acting sync.WaitGroup
	acting.Go(func() {
		_, err := actBy(ctx, t, action, dir, slow())
		assert.ErrorIs(t, err, context.Canceled)
	})
	assert.Eventually(t, told(dir), 20*time.Second, 5*time.Millisecond)
	cancel()
	acting.Wait()
	gone(t, read(t, filepath.Join(dir, "pid")))
}

// TestAnActionOfAPluginHasItsTime, and no more.
func TestAnActionOfAPluginHasItsTime(t *testing.T) {
	dir, action := t.TempDir(), plugin(t).Types().Actions[0]
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := actBy(ctx, t, action, dir, slow())
	require.Error(t, err)
	if told(dir)() {
		gone(t, read(t, filepath.Join(dir, "pid")))
	}
}

// outlives ends a process that is to be there still.
func outlives(t *testing.T, of string) {
	t.Helper()
	pid, err := strconv.Atoi(of)
	require.NoError(t, err)
	stat, err := procfs.Read(pid)
	require.NoError(t, err)
	assert.Never(t, func() bool { now, err := procfs.Read(pid); return err != nil || now.Gone() }, 100*time.Millisecond, 5*time.Millisecond)
	require.NoError(t, stat.Identity().Signal(syscall.SIGKILL))
}

// TestThreadsThatEndKillNoProbe ends threads of gameday while probes run: those that
// started them must not be among these.
func TestThreadsThatEndKillNoProbe(t *testing.T) {
	prober, diags := probeType().Open(t.Context(), providers.OpenRequest{
		Config: bodytest.Decode(t, probeType().Schema(), `command = ["sleep", "0.3"]`), Timeout: time.Minute,
	})
	require.Empty(t, diags)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4)) // so that goroutines go from thread to thread
	var sampling sync.WaitGroup
	var running atomic.Int64
	for range 20 {
		running.Add(1)
		sampling.Go(func() {
			defer running.Add(-1)
			sample := prober.Sample(t.Context())
			assert.True(t, sample.OK, sample.Error)
		})
	}
	pace := time.NewTicker(100 * time.Microsecond) // leaves the others something of the machine
	defer pace.Stop()
	for running.Load() > 0 {
		endThread()
		<-pace.C
	}
	sampling.Wait()
}

// endThread ends whichever thread it is that a goroutine gets.
func endThread() {
	done := make(chan struct{})
	go func() { defer close(done); runtime.LockOSThread() }()
	<-done
}

package exec_test

import (
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
)

// roleVariable makes the test binary a gameday that takes one sample, or runs one action.
const roleVariable = "TEST_EXEC_ROLE"

// slow tells its process id, and takes longer than anybody waits.
func slow() string { return sh("echo $$ > pid.new; mv pid.new pid; exec sleep 60") }

// TestRole is no test but what stands for gameday in the tests below.
func TestRole(t *testing.T) {
	switch os.Getenv(roleVariable) {
	case "probe":
		sampled(t, "", time.Minute, slow())
	case "action":
		_, _ = act(t.Context(), t, "", slow())
	}
}

// killed runs a role in a process of its own, kills it when its command runs, and returns the
// command's process id.
func killed(t *testing.T, role string) (pid string) {
	t.Helper()
	dir := t.TempDir()
	gameday := exec.Command("/proc/self/exe", "-test.run=^TestRole$")
	gameday.Dir, gameday.Env = dir, append(os.Environ(), roleVariable+"="+role)
	require.NoError(t, gameday.Start())
	told := func() bool { _, err := os.Stat(filepath.Join(dir, "pid")); return err == nil }
	assert.Eventually(t, told, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, gameday.Process.Kill())
	_ = gameday.Wait()
	return read(t, filepath.Join(dir, "pid"))
}

func TestAProbeIsKilledWithGameday(t *testing.T) { gone(t, killed(t, "probe")) }

// TestAnActionOutlivesGameday: a repair that was begun is not cut short.
func TestAnActionOutlivesGameday(t *testing.T) {
	pid, err := strconv.Atoi(killed(t, "action"))
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

package procfault_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/internal/worker"
	"github.com/gameday-dev/gameday/providers/procfault"
)

// patience is for what must happen at all, on a machine that is busy.
const patience = 30 * time.Second

// victim is a process in a mount namespace of its own.
type victim struct {
	*exec.Cmd
	path string
	out  io.Reader
}

func start(t *testing.T, flags uintptr, role string, more ...string) *victim {
	t.Helper()
	v := &victim{path: filepath.Join(t.TempDir(), "count")}
	v.Cmd = exec.Command("/proc/self/exe", append([]string{"agent", role, v.path}, more...)...)
	v.launch(t, flags|syscall.CLONE_NEWNS)
	return v
}

// launch starts it in namespaces of its own and waits until it runs.
func (v *victim) launch(t *testing.T, flags uintptr) {
	t.Helper()
	v.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		v.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		v.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		v.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	v.Stderr = os.Stderr
	out, err := v.StdoutPipe()
	require.NoError(t, err)
	v.out = out
	require.NoError(t, v.Start())
	t.Cleanup(func() { _ = v.Process.Kill(); _ = v.Wait() })
	v.runs(t)
}

// counts are the ticks and the signals of the victim so far.
func (v *victim) counts() (ticks, signals uint64) {
	text, err := os.ReadFile(v.path)
	if err != nil || len(text) != 16 {
		return 0, 0
	}
	return binary.NativeEndian.Uint64(text), binary.NativeEndian.Uint64(text[8:])
}

// runs waits until the victim goes on.
func (v *victim) runs(t *testing.T) {
	t.Helper()
	before, _ := v.counts()
	require.Eventually(t, func() bool { now, _ := v.counts(); return now > before }, patience, time.Millisecond, "the process runs")
}

// stands checks that the victim does nothing for as long as it would tick a
// hundred times.
func (v *victim) stands(t *testing.T) {
	t.Helper()
	before, _ := v.counts()
	assert.Never(t, func() bool { now, _ := v.counts(); return now > before }, 100*time.Millisecond, 5*time.Millisecond)
}

func (v *victim) selection() procfault.Selection {
	return procfault.Selection{Cmdline: "agent target " + v.path + "$"}
}

func pause(t *testing.T, v *victim, lives time.Duration) *procfault.Running {
	t.Helper()
	r, err := procfault.Start(t.Context(), procfault.Spec{
		ID: t.Name(), Action: procfault.Pause, Select: v.selection(), Deadline: time.Now().Add(lives), Prefix: []string{"agent"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

func tracer(t *testing.T) procfs.Identity {
	t.Helper()
	found, err := procfs.Marked("GAMEDAY_FAULT=" + t.Name())
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0].Identity()
}

func TestPause(t *testing.T) {
	v := start(t, 0, "target")
	r := pause(t, v, time.Minute)
	got := r.Stats().Processes
	require.Len(t, got, 1)
	assert.Equal(t, v.Process.Pid, got[0].PID)
	assert.Greater(t, got[0].Threads, 1)
	assert.Equal(t, got[0].Threads, got[0].Held)
	v.stands(t)
	require.NoError(t, v.Process.Signal(syscall.SIGUSR1))
	v.stands(t)
	require.NoError(t, r.Close())
	v.runs(t)
	require.Eventually(t, func() bool { _, signals := v.counts(); return signals == 1 }, patience, time.Millisecond, "the signal was not lost")
	assert.Zero(t, r.Stats().Processes[0].Held)
}

// TestPauseAmongSignals has signals arrive while threads are being stopped, and
// counts those that arrive: with pauses between, none can merge with the one before.
func TestPauseAmongSignals(t *testing.T) {
	v := start(t, 0, "target")
	for sent := uint64(1); sent <= 5; sent++ {
		go func() { _ = v.Process.Signal(syscall.SIGUSR1) }()
		require.NoError(t, pause(t, v, time.Minute).Close())
		require.Eventually(t, func() bool { _, signals := v.counts(); return signals == sent }, patience, time.Millisecond, "signal %d was not lost", sent)
	}
}

func TestPauseEndsWithItsTracer(t *testing.T) {
	v := start(t, 0, "target")
	r := pause(t, v, time.Hour)
	v.stands(t)
	require.NoError(t, tracer(t).Signal(syscall.SIGKILL))
	v.runs(t)
	<-r.Done()
	require.Error(t, r.Err(), "it was over before its time")
}

// state is that of /proc/PID/stat.
func (v *victim) state(t *testing.T) string {
	t.Helper()
	stat, err := procfs.Read(v.Process.Pid)
	require.NoError(t, err)
	return string(stat.State)
}

// TestPauseEndsWithItsEngine kills whoever asked for a pause of an hour: nobody of
// ours is left to send anything, and the process must not stand still.
func TestPauseEndsWithItsEngine(t *testing.T) {
	v := start(t, 0, "target")
	engine := exec.Command("/proc/self/exe", "agent", "engine", t.Name(), v.selection().Cmdline)
	out, err := engine.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, engine.Start())
	t.Cleanup(func() { _ = engine.Process.Kill(); _ = engine.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "started <nil>\n", line)
	require.Equal(t, "t", v.state(t))
	held := tracer(t)
	require.NoError(t, engine.Process.Kill())
	require.Eventually(t, func() bool { return !held.Alive() && v.state(t) != "t" }, patience, time.Millisecond)
	v.runs(t)
}

func TestPauseThatCameTooLate(t *testing.T) {
	v := start(t, 0, "target")
	_, err := procfault.Start(t.Context(), procfault.Spec{
		ID: t.Name(), Action: procfault.Pause, Select: v.selection(), Deadline: time.Now().Add(-time.Minute), Prefix: []string{"agent"},
	})
	require.ErrorIs(t, err, worker.ErrLate)
	v.runs(t)
}

func TestPauseEndsAtItsDeadline(t *testing.T) {
	v := start(t, 0, "target")
	r := pause(t, v, 3*time.Second) // long enough for a busy machine to have it stopped
	<-r.Done()
	require.NoError(t, r.Err())
	v.runs(t)
}

// TestPauseEndsWithAStoppedTracer leaves nothing alive but the kernel's timer.
func TestPauseEndsWithAStoppedTracer(t *testing.T) {
	v := start(t, 0, "target")
	r := pause(t, v, 5*time.Second)
	require.NoError(t, tracer(t).Signal(syscall.SIGSTOP))
	<-r.Done()
	v.runs(t)
}

func TestPausedProcessCanBeKilled(t *testing.T) {
	v := start(t, 0, "target")
	r := pause(t, v, time.Minute)
	require.NoError(t, v.Process.Kill())
	state, err := v.Process.Wait()
	require.NoError(t, err, "its parent is told")
	assert.Equal(t, syscall.SIGKILL, state.Sys().(syscall.WaitStatus).Signal())
	assert.True(t, r.Stats().Processes[0].Gone)
	<-r.Done()
	assert.Contains(t, r.Stats().Failure, "every process has ended")
}

// TestAgentsAreNotChosen has one of another container, as an earlier run leaves it.
func TestAgentsAreNotChosen(t *testing.T) {
	v := victim{path: filepath.Join(t.TempDir(), "count")}
	v.Cmd = exec.Command("/proc/self/exe")
	v.Args = []string{"/gameday-agent", "agent", "target", v.path}
	v.launch(t, syscall.CLONE_NEWNS)
	_, err := v.selection().Processes()
	require.ErrorIs(t, err, procfault.ErrNoProcess)
}

// TestStoppedProcessStaysStopped has the process stopped by somebody else before.
func TestStoppedProcessStaysStopped(t *testing.T) {
	v := start(t, 0, "target")
	require.NoError(t, v.Process.Signal(syscall.SIGSTOP))
	require.NoError(t, pause(t, v, time.Minute).Close())
	require.Eventually(t, func() bool { stat, err := procfs.Read(v.Process.Pid); return err == nil && stat.Stopped() }, patience, time.Millisecond)
	v.stands(t)
	require.NoError(t, v.Process.Signal(syscall.SIGCONT))
	v.runs(t)
}

func TestResume(t *testing.T) {
	v := start(t, 0, "target")
	pause(t, v, time.Hour)
	ended, err := procfault.Resume(t.Name())
	require.NoError(t, err)
	assert.Equal(t, 1, ended)
	v.runs(t)
	require.Eventually(t, func() bool { ended, err = procfault.Resume(t.Name()); return ended == 0 }, patience, time.Millisecond)
	require.NoError(t, err)
}

func TestKill(t *testing.T) {
	v := start(t, 0, "target")
	r, err := procfault.Start(t.Context(), procfault.Spec{Action: procfault.Kill, Select: v.selection()})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return r.Stats().Processes[0].Gone }, patience, time.Millisecond)
	require.NoError(t, r.Close())
}

func TestNothingOfOurOwnIsChosen(t *testing.T) {
	v := victim{path: filepath.Join(t.TempDir(), "count")}
	v.Cmd = exec.Command("/proc/self/exe", "agent", "target", v.path)
	v.launch(t, 0) // in this very container
	_, err := v.selection().Processes()
	require.ErrorIs(t, err, procfault.ErrNoProcess)
}

// TestFirstProcess pauses and kills the first process of a PID namespace from
// inside, as in an ephemeral container.
func TestFirstProcess(t *testing.T) {
	t.Run("pause", func(t *testing.T) {
		v := start(t, syscall.CLONE_NEWPID, "init", "pause")
		lines := json.NewDecoder(bufio.NewReader(v.out))
		var during, after procfault.Stats
		require.NoError(t, lines.Decode(&during))
		require.Len(t, during.Processes, 1)
		assert.True(t, during.Processes[0].Init)
		assert.Positive(t, during.Processes[0].Held)
		assert.Equal(t, during.Processes[0].Threads, during.Processes[0].Held)
		require.NoError(t, lines.Decode(&after))
		assert.Zero(t, after.Processes[0].Held)
		v.runs(t)
	})
	t.Run("kill", func(t *testing.T) {
		v := start(t, syscall.CLONE_NEWPID, "init", "kill")
		state, err := v.Process.Wait()
		require.NoError(t, err)
		assert.Equal(t, syscall.SIGKILL, state.Sys().(syscall.WaitStatus).Signal())
	})
}

func TestValidate(t *testing.T) {
	at := time.Now()
	some := procfault.Selection{Name: "*"}
	require.NoError(t, procfault.Spec{Action: procfault.Pause, ID: "a", Deadline: at, Select: some}.Validate())
	tests := map[string]procfault.Spec{
		"select processes by": {Action: procfault.Kill},
		"action is":           {},
		"needs an id":         {Action: procfault.Pause, Deadline: at},
		"needs a deadlin":     {Action: procfault.Pause, ID: "a"},
		"signal is 65":        {Action: procfault.Kill, Signal: 65},
		"name \"[\"":          {Action: procfault.Kill, Select: procfault.Selection{Name: "["}},
		"cmdline":             {Action: procfault.Kill, Select: procfault.Selection{Cmdline: "("}},
	}
	for want, spec := range tests {
		require.ErrorContains(t, spec.Validate(), want)
	}
}

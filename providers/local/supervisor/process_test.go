//go:build linux

package supervisor_test

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// onceReady starts a process that becomes ready in its first start only: later
// ones live and say nothing.
func (s *supervised) onceReady(t *testing.T, timeout time.Duration) supervisor.ProcessStatus {
	t.Helper()
	script := fmt.Sprintf("test -e %[1]s && exec sleep 60; touch %[1]s; echo ready; exec sleep 60", filepath.Join(s.dir, "mark"))
	status, err := s.StartProcess(t.Context(), supervisor.ProcessSpec{
		Name: "a", Path: "/bin/sh", Args: []string{"sh", "-c", script}, Dir: s.dir, Log: filepath.Join(s.dir, "a.log"),
		Ready:   supervisor.ReadySpec{Log: "^ready$", Interval: time.Millisecond, Timeout: timeout},
		Restart: supervisor.RestartNever, StopSignal: int(syscall.SIGTERM), StopTimeout: time.Second,
	})
	require.NoError(t, err)
	return status
}

func faultOn(id string, kind supervisor.FaultKind, process supervisor.ProcessStatus, lives time.Duration) supervisor.FaultSpec {
	return supervisor.FaultSpec{
		ID: id, Kind: kind, Deadline: time.Now().Add(lives), Signal: int(syscall.SIGKILL), GracePeriod: time.Second,
		Processes: []supervisor.ProcessTarget{{Name: process.Name, Identity: process.Identity}},
	}
}

// TestReadinessIsOfThisStart waits twice for a start that never becomes ready,
// although the log still holds what the start before it said.
func TestReadinessIsOfThisStart(t *testing.T) {
	s := start(t)
	process := s.onceReady(t, 300*time.Millisecond)
	_, err := s.Inject(t.Context(), faultOn("f", supervisor.FaultRestart, process, time.Minute))
	require.ErrorContains(t, err, "not ready after 300ms")
	require.ErrorContains(t, s.Revert(t.Context(), "f"), "not ready after 300ms")
}

// TestEndDoesNotWaitForReadiness ends everything while a revert at the deadline
// waits for a process to become ready, for which that has a minute.
func TestEndDoesNotWaitForReadiness(t *testing.T) {
	s := start(t)
	process := s.onceReady(t, time.Minute)
	_, err := s.Inject(t.Context(), faultOn("f", supervisor.FaultKill, process, 200*time.Millisecond))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		status, err := s.Status(t.Context())
		return err == nil && len(status.Processes) == 1 && status.Processes[0].Restarts == 1
	}, 10*time.Second, 5*time.Millisecond)
	s.lease.Release()
	select {
	case <-s.exited:
	case <-time.After(20 * time.Second):
		t.Fatal("the supervisor still waits for the process to become ready")
	}
}

// TestStoppedProcessIsNotPaused pauses a process that somebody else has stopped.
// Nobody could tell afterwards whose stop is left, so it is refused, and the
// revert leaves it as it was.
func TestStoppedProcessIsNotPaused(t *testing.T) {
	s := start(t)
	process := s.sleep(t)
	_, err := s.Inject(t.Context(), faultOn("first", supervisor.FaultPause, process, time.Minute))
	require.NoError(t, err)
	_, err = s.Inject(t.Context(), faultOn("second", supervisor.FaultPause, process, time.Minute))
	require.ErrorContains(t, err, "is stopped already")
	require.NoError(t, s.Revert(t.Context(), "second"))
	stat, err := process.Identity.Stat()
	require.NoError(t, err)
	assert.True(t, stat.Stopped(), "the first fault is still in place")
	require.NoError(t, s.Revert(t.Context(), "first"))
}

// TestLeaderOutsideItsGroup ends a process that has joined the supervisor's own
// group, where a signal to its own no longer reaches it.
func TestLeaderOutsideItsGroup(t *testing.T) {
	s := start(t)
	self, err := filepath.Abs("/proc/self/exe")
	require.NoError(t, err)
	process, err := s.StartProcess(t.Context(), supervisor.ProcessSpec{
		Name: "a", Path: self, Args: []string{"test", "leave-group"}, Dir: s.dir, Log: filepath.Join(s.dir, "a.log"),
		Ready:   supervisor.ReadySpec{Log: "^left$", Interval: time.Millisecond, Timeout: 10 * time.Second},
		Restart: supervisor.RestartNever, StopSignal: int(syscall.SIGTERM), StopTimeout: time.Second,
	})
	require.NoError(t, err)
	_, err = s.Inject(t.Context(), faultOn("f", supervisor.FaultRestart, process, time.Minute))
	require.NoError(t, err)
	assert.False(t, process.Identity.Alive())
}

// deaf starts a process that ignores SIGHUP.
func (s *supervised) deaf(t *testing.T, stopTimeout time.Duration) supervisor.ProcessStatus {
	t.Helper()
	status, err := s.StartProcess(t.Context(), supervisor.ProcessSpec{
		Name: "a", Path: "/bin/sh", Args: []string{"sh", "-c", "trap '' HUP; echo ready; exec sleep 60"}, Dir: s.dir, Log: filepath.Join(s.dir, "a.log"),
		Ready:   supervisor.ReadySpec{Log: "^ready$", Interval: time.Millisecond, Timeout: 10 * time.Second},
		Restart: supervisor.RestartNever, StopSignal: int(syscall.SIGTERM), StopTimeout: stopTimeout,
	})
	require.NoError(t, err)
	return status
}

// survived is a kill by SIGHUP that is over, and had no effect.
func (s *supervised) survived(t *testing.T, process supervisor.ProcessStatus) {
	t.Helper()
	hangUp := faultOn("survived", supervisor.FaultKill, process, time.Minute)
	hangUp.Signal = int(syscall.SIGHUP)
	_, err := s.Inject(t.Context(), hangUp)
	require.NoError(t, err)
	require.NoError(t, s.Revert(t.Context(), "survived"))
	require.True(t, process.Identity.Alive())
}

// staysDown checks that nobody starts the process again.
func (s *supervised) staysDown(t *testing.T) {
	t.Helper()
	up := func() bool {
		status, err := s.Status(t.Context())
		return err != nil || len(status.Processes) != 1 || status.Processes[0].Running || status.Processes[0].Restarts > 0
	}
	require.Eventually(t, func() bool { return !up() }, 10*time.Second, time.Millisecond, "a signal takes its time")
	assert.Never(t, up, 300*time.Millisecond, 5*time.Millisecond)
}

// TestSurvivedKillLeavesALaterFaultAlone ends a process by another fault while the first
// might still start it again.
func TestSurvivedKillLeavesALaterFaultAlone(t *testing.T) {
	s := start(t)
	process := s.deaf(t, time.Minute)
	s.survived(t, process)
	_, err := s.Inject(t.Context(), faultOn("later", supervisor.FaultKill, process, time.Minute))
	require.NoError(t, err)
	s.staysDown(t)
	require.NoError(t, s.Revert(t.Context(), "later"))
	status, err := s.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.Processes[0].Running)
}

// TestSurvivedKillIsOverInTime ends a process by itself, long after a fault that it survived.
func TestSurvivedKillIsOverInTime(t *testing.T) {
	s := start(t)
	process := s.deaf(t, 50*time.Millisecond)
	s.survived(t, process)
	<-time.After(500 * time.Millisecond) // that it is long is what is tested
	require.NoError(t, process.Identity.Signal(syscall.SIGKILL))
	s.staysDown(t)
}

// TestSurvivedKillStartsWhatEndsSoonAfter: a signal that took its time was the fault's all the same.
func TestSurvivedKillStartsWhatEndsSoonAfter(t *testing.T) {
	s := start(t)
	process := s.deaf(t, time.Minute)
	s.survived(t, process)
	require.NoError(t, process.Identity.Signal(syscall.SIGKILL))
	require.Eventually(t, func() bool {
		status, err := s.Status(t.Context())
		return err == nil && status.Processes[0].Restarts == 1
	}, 10*time.Second, 5*time.Millisecond)
}

// now is a process as it is.
func (s *supervised) now(t *testing.T, name string) supervisor.ProcessStatus {
	t.Helper()
	status, err := s.Status(t.Context())
	require.NoError(t, err)
	process, found := status.Process(name)
	require.True(t, found)
	return process
}

// TestOneFaultAtATimeEndsAProcess: the revert of the first would undo the second, and what
// the second does would be taken for the effect of the first.
func TestOneFaultAtATimeEndsAProcess(t *testing.T) {
	for name, first := range map[string]supervisor.FaultSpec{
		"a restart":               {Kind: supervisor.FaultRestart},
		"a kill that it survives": {Kind: supervisor.FaultKill, Signal: int(syscall.SIGHUP)},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			one := faultOn("first", first.Kind, s.deaf(t, time.Minute), time.Minute)
			one.Signal, one.Name = first.Signal, "experiment.e.fault.first"
			_, err := s.Inject(t.Context(), one)
			require.NoError(t, err)

			process := s.now(t, "a")
			for _, kind := range []supervisor.FaultKind{supervisor.FaultKill, supervisor.FaultRestart} {
				_, err = s.Inject(t.Context(), faultOn("second "+string(kind), kind, process, time.Minute))
				require.ErrorContains(t, err, "experiment.e.fault.first")
				require.ErrorContains(t, err, "delay")
				require.NoError(t, s.Revert(t.Context(), "second "+string(kind)))
				assert.Equal(t, process, s.now(t, "a"), "it was left alone")
			}

			require.NoError(t, s.Revert(t.Context(), "first"))
			_, err = s.Inject(t.Context(), faultOn("third", supervisor.FaultKill, s.now(t, "a"), time.Minute))
			require.NoError(t, err, "the first is over")
			require.NoError(t, s.Revert(t.Context(), "first"), "and stays so")
			assert.False(t, s.now(t, "a").Running)
		})
	}
}

// TestNothingIsEndedWhereOneIsTaken: a fault takes all of its processes or none.
func TestNothingIsEndedWhereOneIsTaken(t *testing.T) {
	s := start(t)
	taken, free := s.named(t, "taken"), s.named(t, "free")
	_, err := s.Inject(t.Context(), faultOn("first", supervisor.FaultRestart, taken, time.Minute))
	require.NoError(t, err)
	both := faultOn("second", supervisor.FaultKill, free, time.Minute)
	both.Processes = append(both.Processes, faultOn("", "", s.now(t, "taken"), 0).Processes...)
	_, err = s.Inject(t.Context(), both)
	require.ErrorContains(t, err, "process taken")
	assert.Equal(t, free, s.now(t, "free"))
	require.NoError(t, s.Revert(t.Context(), "second"))
	_, err = s.Inject(t.Context(), faultOn("third", supervisor.FaultKill, free, time.Minute))
	require.NoError(t, err, "what was refused keeps nothing")
}

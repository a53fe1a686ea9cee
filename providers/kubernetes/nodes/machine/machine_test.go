//go:build unix

package machine_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// TestMain lets the test binary be its own agent, as gameday is.
func TestMain(m *testing.M) {
	args := os.Args[1:]
	if len(args) > 1 && args[0] == "agent" && args[1] == machine.GuardRole {
		os.Exit(machine.GuardMain(args[2:], os.Stderr))
	}
	os.Exit(m.Run())
}

// docker is a container runtime with one container: a file holds its state.
const docker = `#!/bin/sh
echo "$@" >>"$FAKE/calls"
[ ! -e "$FAKE/away" ] || { cat "$FAKE/away" >&2; exit 1; }
case "$1" in
ps) cat "$FAKE/id" ;;
inspect)
	[ -e "$FAKE/state" ] || { echo "Error: No such container: $6" >&2; exit 1; }
	echo "$(cat "$FAKE/id") $(cat "$FAKE/state")" ;;
pause) [ ! -e "$FAKE/stuck" ] || { echo "stuck" >&2; exit 1; }; echo paused >"$FAKE/state" ;;
stop) echo exited >"$FAKE/state" ;;
unpause | start)
	[ ! -e "$FAKE/stuck" ] || { echo "the daemon is away" >&2; exit 1; }
	echo running >"$FAKE/state" ;;
exec) [ ! -e "$FAKE/ended" ] || { echo "ctr: process already finished: not found" >&2; exit 1; } ;;
*) echo "unexpected $1" >&2; exit 2 ;;
esac
`

// world is a machine with that runtime, and a home for guards.
type world struct {
	t   *testing.T
	dir string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{t, t.TempDir()}
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "docker"), []byte(docker), 0o700))
	t.Setenv("PATH", w.dir+":/usr/bin:/bin")
	t.Setenv("FAKE", w.dir)
	t.Setenv("HOME", w.dir)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(w.dir, "cache"))
	t.Setenv("KIND_EXPERIMENTAL_PROVIDER", "")
	w.set("id", "0123456789abcdef")
	w.set("state", "running")
	return w
}

func (w world) set(name, text string) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600))
}

func (w world) is(name string) string {
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	assert.NoError(w.t, err)
	return strings.TrimSpace(string(text))
}

func (w world) guards() []string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, "cache", "gameday", "node-guards", "*"))
	require.NoError(w.t, err)
	return found
}

func (w world) step(action string) claim.NodeStep {
	w.t.Helper()
	step, err := machine.Locate(w.t.Context(), "shop", "shop-worker", action)
	require.NoError(w.t, err)
	return step
}

func (w world) machine(action string) machine.Machine {
	w.t.Helper()
	m, err := machine.Of(w.step(action))
	require.NoError(w.t, err)
	return m
}

func TestLocateNamesTheVeryContainer(t *testing.T) {
	w := newWorld(t)
	assert.Equal(t, claim.NodeStep{
		Node: "shop-worker", Action: machine.Pause, Via: "kind/docker", Container: "0123456789abcdef",
	}, w.step(machine.Pause))
	assert.Contains(t, w.is("calls"), "label=io.x-k8s.kind.cluster=shop")
}

func TestLocateWithoutTheClusterSaysWhereToRun(t *testing.T) {
	w := newWorld(t)
	w.set("id", "")
	_, err := machine.Locate(t.Context(), "shop", "shop-worker", machine.Pause)
	require.ErrorIs(t, err, machine.ErrUnreachable)
	assert.ErrorContains(t, err, "on the machine where the cluster is")
}

func TestActsAreDoneAndUndone(t *testing.T) {
	for action, harmed := range map[string]string{machine.Pause: "paused", machine.Stop: "exited"} {
		t.Run(action, func(t *testing.T) {
			w := newWorld(t)
			m := w.machine(action)
			ctx := t.Context()
			require.NoError(t, m.Undo(ctx, "never"))
			assert.Equal(t, "running", w.is("state"))
			for range 2 {
				require.NoError(t, m.Do(ctx, "id"))
				assert.Equal(t, harmed, w.is("state"))
			}
			state, err := m.State(ctx, "id")
			require.NoError(t, err)
			assert.Equal(t, machine.After(action), state)
			for range 2 {
				require.NoError(t, m.Undo(ctx, "id"))
				assert.Equal(t, "running", w.is("state"))
			}
		})
	}
}

// TestWhatOthersDidStays covers a node that somebody switched off while it was
// paused by us, and one that was not ours to begin with.
func TestWhatOthersDidStays(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	w.set("state", "exited")
	require.ErrorContains(t, m.Do(t.Context(), "id"), "node shop-worker is stopped")
	require.NoError(t, m.Undo(t.Context(), "id"))
	assert.Equal(t, "exited", w.is("state"))
}

func TestDeletedNodeIsNoError(t *testing.T) {
	w := newWorld(t)
	m, kubelet := w.machine(machine.Pause), w.machine(machine.KubeletStop)
	require.NoError(t, os.Remove(filepath.Join(w.dir, "state")))
	require.NoError(t, m.Undo(t.Context(), "id"))
	require.NoError(t, kubelet.Undo(t.Context(), "id"))
	state, err := m.State(t.Context(), "id")
	require.NoError(t, err)
	assert.Equal(t, machine.Gone, state)
}

// TestSignalTellsWhetherItHit: a container that has ended is no error, and was not hit.
func TestSignalTellsWhetherItHit(t *testing.T) {
	w := newWorld(t)
	hit, err := machine.Signal(t.Context(), w.step(""), "5f3a9c0d1e2b", "SIGKILL")
	require.NoError(t, err)
	assert.True(t, hit)
	w.set("ended", "yes")
	hit, err = machine.Signal(t.Context(), w.step(""), "5f3a9c0d1e2b", "SIGKILL")
	require.NoError(t, err)
	assert.False(t, hit)
	step := w.step("")
	t.Setenv("PATH", t.TempDir())
	_, err = machine.Signal(t.Context(), step, "5f3a9c0d1e2b", "SIGKILL")
	require.ErrorContains(t, err, "executable file not found", "that there is no runtime says nothing of the container")
}

func TestUnknownStepsAreRefused(t *testing.T) {
	for _, step := range []claim.NodeStep{
		{Node: "a", Action: "explode", Via: "kind/docker"},
		{Node: "a", Action: machine.Pause, Via: "kind/rm"},
		{Node: "a", Action: machine.Pause, Via: "telnet"},
	} {
		_, err := machine.Of(step)
		assert.ErrorContains(t, err, "use the gameday that wrote it")
	}
}

func TestGuardActsAtTheDeadline(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	require.NoError(t, m.Guard(t.Context(), "id", time.Now().Add(time.Second)))
	require.NoError(t, m.Do(t.Context(), "id"))
	require.Len(t, w.guards(), 1)
	require.Eventually(t, func() bool { return w.is("state") == "running" }, 20*time.Second, 20*time.Millisecond)
	require.Eventually(t, func() bool { return len(w.guards()) == 0 }, 20*time.Second, 20*time.Millisecond, "it ends and leaves no file")
}

// TestGuardIsPatient has a runtime that does not answer at the deadline.
func TestGuardIsPatient(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Stop)
	require.NoError(t, m.Guard(t.Context(), "id", time.Now().Add(time.Second)))
	require.NoError(t, m.Do(t.Context(), "id"))
	w.set("stuck", "yes")
	require.Eventually(t, func() bool { return strings.Contains(w.is("calls"), "start ") }, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "exited", w.is("state"))
	require.NoError(t, os.Remove(filepath.Join(w.dir, "stuck")))
	require.Eventually(t, func() bool { return w.is("state") == "running" }, 20*time.Second, 20*time.Millisecond)
}

// TestGuardWaitsForItsEngine: with an engine that is away nobody knows that the node is gone.
func TestGuardWaitsForItsEngine(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	require.NoError(t, m.Guard(t.Context(), "id", time.Now().Add(time.Second)))
	require.NoError(t, m.Do(t.Context(), "id"))
	w.set("away", noDocker)
	before := strings.Count(w.is("calls"), "inspect")
	require.Eventually(t, func() bool { return strings.Count(w.is("calls"), "inspect") > before+1 }, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "paused", w.is("state"))
	require.NoError(t, os.Remove(filepath.Join(w.dir, "away")))
	require.Eventually(t, func() bool { return w.is("state") == "running" }, 20*time.Second, 20*time.Millisecond)
}

func TestGuardEndsWithItsFault(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	deadline := time.Now().Add(time.Hour)
	require.NoError(t, m.Guard(t.Context(), "id", deadline))
	require.NoError(t, m.Guard(t.Context(), "id", deadline), "twice is once")
	require.Len(t, w.guards(), 1)
	pid := w.pid()
	require.NoError(t, m.Undo(t.Context(), "id"))
	assert.Empty(t, w.guards())
	require.Eventually(t, func() bool { return exec.Command("kill", "-0", pid).Run() != nil }, 20*time.Second, 20*time.Millisecond, "process %s has ended", pid)
}

// TestGuardsOfOtherFaultsStay undoes one of two faults on a node.
func TestGuardsOfOtherFaultsStay(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	deadline := time.Now().Add(time.Hour)
	require.NoError(t, m.Guard(t.Context(), "one", deadline))
	require.NoError(t, m.Guard(t.Context(), "two", deadline))
	require.NoError(t, m.Undo(t.Context(), "one"))
	assert.Len(t, w.guards(), 1)
	require.NoError(t, m.Undo(t.Context(), "two"))
	assert.Empty(t, w.guards())
}

// TestStaleGuardFileIsRemoved is of a guard that was killed: its number may be
// another process' by now, which nobody must touch.
func TestStaleGuardFileIsRemoved(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	require.NoError(t, m.Guard(t.Context(), "id", time.Now().Add(time.Hour)))
	require.NoError(t, exec.Command("kill", "-9", w.pid()).Run())
	bystander := exec.CommandContext(t.Context(), "sleep", "60")
	require.NoError(t, bystander.Start())
	t.Cleanup(func() { _ = bystander.Process.Kill(); _ = bystander.Wait() })
	file := w.guards()[0]
	require.NoError(t, os.WriteFile(file, []byte("2147483646"), 0o600))
	require.Eventually(t, func() bool { return m.Undo(t.Context(), "id") == nil && len(w.guards()) == 0 }, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, bystander.Process.Signal(syscall.Signal(0)), "the bystander lives")
}

func (w world) pid() string {
	w.t.Helper()
	text, err := os.ReadFile(w.guards()[0])
	require.NoError(w.t, err)
	return string(text)
}

func TestEndedContextsReturn(t *testing.T) {
	w := newWorld(t)
	m := w.machine(machine.Pause)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, m.Do(ctx, "id"))
	require.Error(t, m.Guard(ctx, "id", time.Now().Add(time.Hour)))
	require.NoError(t, m.Undo(t.Context(), "id"))
	assert.Empty(t, w.guards())
}

//go:build e2e

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/internal/buildtest"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// kindLab is a configuration with a kind cluster, and gameday as users have it.
type kindLab struct {
	t       *testing.T
	dir     string // working directory; the configuration is in lab below it
	gameday string
	cluster string
}

func newKindLab(t *testing.T, cluster string) *kindLab {
	t.Helper()
	image := os.Getenv("GAMEDAY_NODE_IMAGE")
	require.NotEmpty(t, image, "GAMEDAY_NODE_IMAGE must name a node image")
	bin := buildtest.Programs(t, buildtest.Gameday, buildtest.Agent)
	l := &kindLab{t: t, dir: t.TempDir(), gameday: filepath.Join(bin, "gameday"), cluster: cluster}
	require.NoError(t, os.CopyFS(filepath.Join(l.dir, "lab"), os.DirFS("testdata/kind")))
	t.Setenv("GAMEDAY_VAR_cluster", cluster)
	t.Setenv("GAMEDAY_VAR_image", image)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		require.NoError(t, kindcluster.Docker.Delete(ctx, cluster))
	})
	return l
}

// start begins a command line.
func (l *kindLab) start(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(l.t.Context(), l.gameday, args...)
	cmd.Dir = l.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(l.t, cmd.Start())
	return cmd, &out
}

// run runs a command line and returns its exit code and what it printed.
func (l *kindLab) run(args ...string) (int, string) {
	l.t.Helper()
	cmd, out := l.start(args...)
	_ = cmd.Wait() // the code says it
	l.t.Logf("gameday %s: exit %d\n%s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), out)
	return cmd.ProcessState.ExitCode(), out.String()
}

// reached waits until a run has reported a step.
func (l *kindLab) reached(step string) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		logs, err := filepath.Glob(filepath.Join(l.dir, ".gameday", "runs", "*", "events.jsonl"))
		if err != nil || len(logs) == 0 {
			return false
		}
		text, err := os.ReadFile(logs[len(logs)-1]) // ids grow with time
		return err == nil && strings.Contains(string(text), step)
	}, 2*time.Minute, 20*time.Millisecond, "the run never came to %q", step)
}

func (l *kindLab) nodes() []kindcluster.Node {
	l.t.Helper()
	found, err := kindcluster.Find(l.t.Context(), l.cluster)
	require.NoError(l.t, err)
	if found == nil {
		return nil
	}
	return found.Nodes
}

// moments of a creation, from before there is a node.
func moments() []string {
	return []string{"create the kind cluster", "preparing nodes", "starting control-plane"}
}

func TestKilledInTheMiddleOfCreationIsRecovered(t *testing.T) {
	l := newKindLab(t, "gd-e2-killed")
	for _, moment := range moments() {
		t.Run(moment, func(t *testing.T) {
			l.t = t
			require.NoError(t, os.RemoveAll(filepath.Join(l.dir, ".gameday")))
			cmd, _ := l.start("apply", "-auto-approve", "lab")
			l.reached(moment)
			require.NoError(t, cmd.Process.Kill())
			_ = cmd.Wait() // it was killed
			code, out := l.run("recover")
			assert.Equal(t, 0, code, out)
			assert.Contains(t, out, "ended 1 environment, verified")
			assert.Empty(t, l.nodes())
			code, out = l.run("recover")
			assert.Equal(t, 0, code, out)
		})
	}
}

func TestInterruptInTheMiddleOfCreationLeavesNothing(t *testing.T) {
	l := newKindLab(t, "gd-e2-interrupt")
	for _, moment := range moments() {
		t.Run(moment, func(t *testing.T) {
			l.t = t
			require.NoError(t, os.RemoveAll(filepath.Join(l.dir, ".gameday")))
			cmd, out := l.start("apply", "-auto-approve", "lab")
			l.reached(moment)
			require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
			_ = cmd.Wait() // the code follows
			assert.Empty(t, l.nodes(), out)
			assert.NotContains(t, out.String(), "DIRTY")
			code, text := l.run("recover")
			assert.Equal(t, 0, code)
			assert.Contains(t, text, "Nothing is left to undo")
		})
	}
}

// A cluster that was brought up by itself is used by runs, and ends only when it is
// told to.
func TestEnvironmentByItself(t *testing.T) {
	l := newKindLab(t, "gd-e2-itself")
	code, out := l.run("env", "up", "lab")
	require.Equal(t, 0, code, out)
	assert.Contains(t, out, "environment.lab is up, context kind-gd-e2-itself, kubeconfig "+l.dir)
	require.Len(t, l.nodes(), 1)
	_, out = l.run("env", "list")
	assert.Regexp(t, `environment\.lab +kind +\d{4}-.* running +lab`, out)

	code, out = l.run("apply", "-auto-approve", "lab")
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "which exists", "the plan says so")
	require.Len(t, l.nodes(), 1, "a run leaves what it did not make")

	code, out = l.run("env", "up", "lab")
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "use the kind cluster")
	code, out = l.run("env", "down")
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "environment.lab is down, verified")
	assert.Empty(t, l.nodes())
	_, out = l.run("env", "list")
	assert.Contains(t, out, "Nothing is up")
}

package feature_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/e2e-framework/pkg/env"

	"github.com/gameday-dev/gameday/experiments/feature"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// What a child is told.
const (
	childDir      = "FEATURE_TEST_CHILD"  // where its run goes; set for children only
	childConfig   = "FEATURE_TEST_CONFIG" // another configuration than testdata/slow
	childLimit    = "FEATURE_TEST_LIMIT"
	childDuration = "FEATURE_TEST_DURATION"
	childPair     = "FEATURE_TEST_PAIR" // set for two runs at a time
)

// The runs of a pair, by the folders below the child's: one is out while the other still has something to do.
const (
	early = "early"
	late  = "late"
)

// outlive waits until the run below a folder has told that it is finished, and a good while longer, in which that run could do harm.
const outlive = `until grep -qs '"run_finished"' "$1"/.gameday/runs/*/events.jsonl; do sleep 0.05; done; sleep 1`

// TestInAProcessOfItsOwn is what children run: a test that is to fail cannot be
// a part of one that is to pass. Among the others it does nothing.
func TestInAProcessOfItsOwn(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return
	}
	if other := os.Getenv(childConfig); other != "" {
		env.New().Test(t, feature.Apply(other, feature.RunsIn(dir), feature.Variable("path", filepath.Join(dir, "mark"))))
		return
	}
	if os.Getenv(childPair) != "" {
		applyPair(t, dir)
		return
	}
	applySlow(t, dir)
}

// applySlow is what most children do.
func applySlow(t *testing.T, dir string, more ...feature.Option) {
	t.Helper()
	env.New().Test(t, feature.Apply("testdata/slow", slowWay(t, dir, append(more,
		feature.Variable("limit", os.Getenv(childLimit)), feature.Variable("duration", os.Getenv(childDuration)))...)...))
}

func applyPair(t *testing.T, dir string) {
	t.Helper()
	first, second := filepath.Join(dir, early), filepath.Join(dir, late)
	wait, err := json.Marshal([]string{"sh", "-c", outlive, "sh", first})
	require.NoError(t, err)
	t.Run(early, func(t *testing.T) {
		t.Parallel()
		applySlow(t, first)
	})
	t.Run(late, func(t *testing.T) {
		t.Parallel()
		applySlow(t, second, feature.Variable("after", string(wait)))
	})
}

// child is such a process.
type child struct {
	*exec.Cmd
	dir string
	out bytes.Buffer
}

// newChild prepares a child, which is not started.
func newChild(t *testing.T, limit, duration string, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := &child{dir: t.TempDir()}
	c.Cmd = exec.CommandContext(t.Context(), self, append([]string{"-test.run=^TestInAProcessOfItsOwn$", "-test.v"}, args...)...)
	c.Env = append(os.Environ(), childDir+"="+c.dir, childLimit+"="+limit, childDuration+"="+duration)
	c.Stdout, c.Stderr = &c.out, &c.out
	return c
}

// run reads back what the child has kept of its run.
func (c *child) run(t *testing.T) *rundir.Run {
	t.Helper()
	return c.runBelow(t, c.dir)
}

func (c *child) runBelow(t *testing.T, dir string) *rundir.Run {
	t.Helper()
	run, err := rundir.Load(rundir.Root(dir), rundir.Latest)
	require.NoError(t, err, "%s", &c.out)
	return run
}

// terminate sends a SIGTERM once the faults of the runs below some folders are in place, and waits until the child has ended by it.
func (c *child) terminate(t *testing.T, dirs ...string) {
	t.Helper()
	require.NoError(t, c.Start())
	for _, dir := range dirs {
		require.Eventually(t, func() bool { return isProven(dir) }, 20*time.Second, 20*time.Millisecond)
	}
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	require.Error(t, c.Wait())
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	assert.Equal(t, syscall.SIGTERM, status.Signal(), "the process ends by the signal in the end: %s", &c.out)
}

// isProven reports whether the fault of the run below a folder is in place and has shown it.
func isProven(dir string) bool {
	run, err := rundir.Load(rundir.Root(dir), rundir.Latest)
	if err != nil || len(run.Report.Experiments) == 0 {
		return false
	}
	faults := run.Report.Experiments[0].Faults
	return len(faults) == 1 && faults[0].IsProven()
}

func TestFailureSaysWhatDidNotHold(t *testing.T) {
	c := newChild(t, "500ms", "1s")
	require.Error(t, c.Run(), "%s", &c.out)
	out := c.out.String()
	assert.Contains(t, out, "--- FAIL: TestInAProcessOfItsOwn/slow/apply/experiment.slow_way")
	assert.Contains(t, out, "assert.in_time · broken in fault")
	assert.Regexp(t, `A page took [0-9]\.\d{3} s\.`, out)
	assert.Contains(t, out, "exit code 3")
	assert.Equal(t, verdict.Failed, c.run(t).Report.Verdict())
}

func TestFailureShowsWhereTheConfigurationIsWrong(t *testing.T) {
	c := newChild(t, "soon", "1s")
	require.Error(t, c.Run(), "%s", &c.out)
	out := c.out.String()
	assert.Contains(t, out, "testdata/slow is not ready to be applied")
	assert.Contains(t, out, "slow.gameday.hcl line")
	_, err := os.Stat(filepath.Join(c.dir, ".gameday"))
	assert.ErrorIs(t, err, os.ErrNotExist, "nothing was run")
}

func TestDeadlineLeavesTimeToUndo(t *testing.T) {
	c := newChild(t, "1800ms", "10m", "-test.timeout=12s")
	require.Error(t, c.Run(), "%s", &c.out)
	assert.NotContains(t, c.out.String(), "panic: test timed out")
	assert.Contains(t, c.out.String(), "is kept for undoing")
	assertUndone(t, c.run(t))
}

// TestSignalUndoes sends a SIGTERM while the fault is in place.
func TestSignalUndoes(t *testing.T) {
	c := newChild(t, "1800ms", "10m")
	c.terminate(t, c.dir)
	assert.Contains(t, c.out.String(), "gameday: stopped by SIGTERM")
	assertUndone(t, c.run(t))
}

// TestSignalUndoesEveryRun of a process: the first one out leaves the others the time for their undo.
func TestSignalUndoesEveryRun(t *testing.T) {
	c := newChild(t, "1800ms", "10m", "-test.parallel=2")
	c.Env = append(c.Env, childPair+"=1")
	first, second := filepath.Join(c.dir, early), filepath.Join(c.dir, late)
	c.terminate(t, first, second)
	for _, dir := range []string{first, second} {
		run := c.runBelow(t, dir)
		assertUndone(t, run)
		assert.Contains(t, c.out.String(), "gameday: stopped by SIGTERM; what was undone is told in "+run.Dir)
	}
}

// assertUndone asserts that a run was stopped, has undone its fault and has come to its end.
func assertUndone(t *testing.T, kept *rundir.Run) {
	t.Helper()
	run := kept.Report
	assert.NotNil(t, run.Finished)
	assert.Equal(t, verdict.Aborted, run.Verdict())
	assert.False(t, run.IsDirty())
	require.Len(t, run.Experiments, 1)
	require.Len(t, run.Experiments[0].Faults, 1)
	assert.True(t, run.Experiments[0].Faults[0].Verified())
}

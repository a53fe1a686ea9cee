package feature_test

import (
	"bytes"
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
)

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
	env.New().Test(t, feature.Apply("testdata/slow", slowWay(t, dir,
		feature.Variable("limit", os.Getenv(childLimit)), feature.Variable("duration", os.Getenv(childDuration)))...))
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
	run, err := rundir.Load(rundir.Root(c.dir), rundir.Latest)
	require.NoError(t, err, "%s", &c.out)
	return run
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
	assertUndone(t, c)
}

// TestSignalUndoes sends a SIGTERM while the fault is in place.
func TestSignalUndoes(t *testing.T) {
	c := newChild(t, "1800ms", "10m")
	require.NoError(t, c.Start())
	require.Eventually(t, func() bool {
		run, err := rundir.Load(rundir.Root(c.dir), rundir.Latest)
		if err != nil || len(run.Report.Experiments) == 0 {
			return false
		}
		faults := run.Report.Experiments[0].Faults
		return len(faults) == 1 && faults[0].IsProven()
	}, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	require.Error(t, c.Wait())
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	assert.Equal(t, syscall.SIGTERM, status.Signal(), "the process ends by the signal in the end: %s", &c.out)
	assert.Contains(t, c.out.String(), "gameday: stopped by SIGTERM")
	assertUndone(t, c)
}

// assertUndone asserts that the child's run was stopped and has undone its fault.
func assertUndone(t *testing.T, c *child) {
	t.Helper()
	run := c.run(t).Report
	assert.Equal(t, verdict.Aborted, run.Verdict())
	assert.False(t, run.IsDirty())
	require.Len(t, run.Experiments, 1)
	require.Len(t, run.Experiments[0].Faults, 1)
	assert.True(t, run.Experiments[0].Faults[0].Verified())
}

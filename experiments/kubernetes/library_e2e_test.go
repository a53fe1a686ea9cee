//go:build e2e

package kubernetes_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// countVariable says how often in a row each scenario is run on each variant.
const countVariable = "GAMEDAY_E2E_COUNT"

// TestScenarios runs every scenario on both variants: the fragile shop must fail
// by the assertions that the table names, and the resilient one pass.
func TestScenarios(t *testing.T) {
	gameday := build(t)
	c := newCluster(t)
	for n := range count(t) {
		for _, s := range scenarios() {
			t.Run(s.dir+"/"+strconv.Itoa(n+1), func(t *testing.T) {
				for _, variant := range variants() {
					t.Run(variant, func(t *testing.T) {
						if !s.alone {
							t.Parallel() // each in its own namespace
						}
						c.settle(t, variant)
						s.run(t, gameday, c.kubeconfig, variant)
					})
				}
				if s.alone {
					for _, variant := range variants() {
						c.settle(t, variant)
					}
				}
			})
		}
	}
}

func count(t *testing.T) int {
	t.Helper()
	text := os.Getenv(countVariable)
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, countVariable)
	require.Positive(t, n, countVariable)
	return n
}

// build makes the binary as users have it.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/", "./cmd/gameday", "./cmd/gameday-agent")
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return filepath.Join(dir, "gameday")
}

// run applies the scenario once and holds what came out against the table.
func (s scenario) run(t *testing.T, gameday, kubeconfig, variant string) {
	t.Helper()
	here, err := filepath.Abs(s.dir)
	require.NoError(t, err)
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), gameday, "apply", "-auto-approve", "-var", "variant="+variant, "-var", "kubeconfig="+kubeconfig, here)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &out, &out
	err = cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); !ended {
		require.NoError(t, err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("gameday apply said:\n%s", &out)
		}
	})
	run, err := rundir.Load(rundir.Root(cmd.Dir), rundir.Latest)
	require.NoError(t, err, "%s", &out)
	require.Len(t, run.Report.Experiments, 1)
	x := run.Report.Experiments[0]
	assertDone(t, x)
	want, code, broken := verdict.Passed, verdict.ExitPassed, []string(nil)
	if variant == fragile {
		want, code, broken = verdict.Failed, verdict.ExitFailed, s.broken
	}
	assert.Equal(t, want, x.Verdict())
	assert.Equal(t, code, cmd.ProcessState.ExitCode())
	assert.ElementsMatch(t, broken, brokenByFault(x), "the assertions that the fault broke")
}

// assertDone asserts that every fault had its effect and is gone.
func assertDone(t *testing.T, x *report.Experiment) {
	t.Helper()
	assert.NotEmpty(t, x.Faults)
	for _, f := range x.Faults {
		assert.True(t, f.IsProven(), "%s is not proven", f.Address)
		assert.True(t, f.Verified(), "the revert of %s is not verified", f.Address)
	}
}

// brokenByFault are the assertions that did not hold while the fault was there:
// the others would be the wrong reason for a failure.
func brokenByFault(x *report.Experiment) []string {
	var broken []string
	for _, a := range x.Assertions {
		if slices.ContainsFunc(a.Judgements, func(j event.AssertionJudged) bool { return j.Phase == "fault" && j.Outcome == event.Broken }) {
			broken = append(broken, a.Address)
		}
	}
	return broken
}

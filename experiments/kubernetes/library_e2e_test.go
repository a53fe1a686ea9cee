//go:build e2e

package kubernetes_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/internal/buildtest"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// countVariable says how often in a row each scenario is run on each variant.
const countVariable = "GAMEDAY_E2E_COUNT"

// couples is how many shops of each variant there are. Scenarios that act on nothing but a shop go side by side, as most of
// the time they wait.
const couples = 2

// TestScenarios runs every scenario on both variants: the fragile shop must fail
// by the assertions that the table names, and the resilient one pass.
func TestScenarios(t *testing.T) {
	l := library{gameday: build(t), cluster: newCluster(t, couples)}
	for n := range count(t) {
		l.sideBySide(t, n+1)
		for _, s := range scenarios() {
			if s.nodes || s.turns {
				t.Run(fmt.Sprintf("%s/%d", s.dir, n+1), func(t *testing.T) { l.byItself(t, s) })
			}
		}
	}
}

// library is what scenarios are run with, and on.
type library struct {
	gameday string
	*cluster
}

// sideBySide tries the scenarios that need not be alone, each on the next couple of shops that is free.
func (l library) sideBySide(t *testing.T, n int) {
	t.Helper()
	queue := make(chan scenario, len(scenarios()))
	for _, s := range scenarios() {
		if !s.nodes && !s.turns {
			queue <- s
		}
	}
	close(queue)
	var all sync.WaitGroup
	for i := range couples {
		all.Go(func() {
			for s := range queue {
				t.Run(fmt.Sprintf("%s/%d", s.dir, n), func(t *testing.T) { l.atOnce(t, s, couple(i)) })
			}
		})
	}
	all.Wait()
}

// atOnce tries a scenario on both variants, each in its own namespace. Not by t.Parallel: -parallel counts what else the machine
// has to do, and these mostly wait.
func (l library) atOnce(t *testing.T, s scenario, shops []shop) {
	t.Helper()
	var both sync.WaitGroup
	for _, on := range shops {
		both.Go(func() {
			t.Run(on.variant, func(t *testing.T) {
				l.settle(t, on)
				l.run(t, s, on)
			})
		})
	}
	both.Wait()
}

// byItself tries a scenario with no other beside it, on both variants at once, as each has nodes of its own, or on one after the
// other, and waits for what it did to all shops.
func (l library) byItself(t *testing.T, s scenario) {
	t.Helper()
	if s.turns {
		for _, on := range couple(0) {
			l.atOnce(t, s, []shop{on})
		}
	} else {
		l.atOnce(t, s, couple(0))
	}
	for n := range couples {
		for _, on := range couple(n) {
			l.settle(t, on)
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
	return filepath.Join(buildtest.Programs(t, buildtest.Gameday, buildtest.Agent), "gameday")
}

// run applies a scenario once and holds what came out against the table.
func (l library) run(t *testing.T, s scenario, on shop) {
	t.Helper()
	here, err := filepath.Abs(s.dir)
	require.NoError(t, err)
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), l.gameday, "apply", "-auto-approve", "-var", "kubeconfig="+l.kubeconfig, "-var", "variant="+on.variant, here)
	if on.namespace != "shop-"+on.variant { // what scenarios say by themselves
		cmd.Args = slices.Insert(cmd.Args, len(cmd.Args)-1, "-var", "namespace="+on.namespace)
	}
	if s.nodes {
		cmd.Args = slices.Insert(cmd.Args, len(cmd.Args)-1, "-var", "zone="+on.zone)
	}
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
	if on.variant == fragile {
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

package report_test

import (
	"encoding/json"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

func TestSeconds(t *testing.T) {
	for s, want := range map[float64]string{
		0: "0 ms", 0.0304: "30 ms", 0.0994: "99 ms", 0.0999: "100 ms", 0.244: "240 ms", 0.9999: "1.0 s", 28.44: "28.4 s",
		59.94: "59.9 s", 59.96: "1m 00s", 83: "1m 23s", 3600: "1h 00m", 5430: "1h 30m", math.Inf(1): "?",
	} {
		assert.Equal(t, want, report.Seconds(s), s)
	}
}

func TestPercentNeverRoundsUpToWhole(t *testing.T) {
	for ratio, want := range map[float64]string{0: "0 %", 0.5: "50 %", 0.992: "99.2 %", 0.99999: "99.9 %", 1: "100 %"} {
		assert.Equal(t, want, report.Percent(ratio))
	}
}

func TestFile(t *testing.T) {
	base := t.TempDir()
	for name, want := range map[string]string{
		"":                                 "",
		"a.hcl":                            "a.hcl",
		"./a/../b/c.hcl":                   "b/c.hcl",
		"../b.hcl":                         "../b.hcl",
		filepath.Join(base, "a", "b.hcl"):  "a/b.hcl",
		filepath.Join(base, "..", "b.hcl"): filepath.ToSlash(filepath.Join(filepath.Dir(base), "b.hcl")),
	} {
		assert.Equal(t, want, report.File(base, name), name)
	}
}

func TestLine(t *testing.T) {
	for name, want := range map[string]string{
		"passed":       "1 experiment: 1 passed · 1 fault, reverted and verified · 11.7 s · exit 0",
		"gate":         "2 experiments: 1 passed, 1 failed · 2 faults, all reverted and verified · 23.1 s · exit 3",
		"unsteady":     "1 experiment: 1 unsteady · no fault injected · 4.0 s · exit 6",
		"aborted":      "2 experiments: 1 aborted, 1 skipped · 1 fault, reverted and verified · 7.4 s · exit 130",
		"dirty":        "1 experiment: 1 errored · 1 fault, 1 NOT verified as reverted · dirty · 39.5 s · exit 4",
		"killed":       "2 experiments: 1 interrupted, 1 skipped · 1 fault, 1 NOT verified as reverted · dirty · 6.8 s · interrupted",
		"inconclusive": "1 experiment: 1 inconclusive · 1 fault, reverted and verified · 11.7 s · exit 5",
	} {
		assert.Equal(t, want, report.Line(report.Fold(eventtest.Scenario(t, name))), name)
	}
}

// A rollback action that failed leaves something that no command mends.
func TestNoCommandMendsAnAction(t *testing.T) {
	failed := event.ActionFinished{Experiment: "experiment.a", Action: "action.flush", Error: "exit code 1"}
	run := report.Fold([]event.Event{
		{Body: event.ExperimentStarted{Experiment: "experiment.a"}},
		{Body: failed},
		{Body: event.RunFinished{Verdict: verdict.Errored, ExitCode: verdict.ExitDirty, Dirty: true}},
	})
	assert.Equal(t, []string{"experiment.a: what the rollback's action.flush was to restore"}, report.Left(run))
	assert.Empty(t, report.Mend(run))

	// While the run has not finished, anything may be left.
	run.Finished = nil
	assert.NotEmpty(t, report.Mend(report.Fold([]event.Event{
		{Body: event.FaultInjecting{Experiment: "experiment.a", Fault: "fault.b"}},
		{Body: failed},
	})))
}

// TestEveryVerdictIsExplained: whoever reads that an experiment is not passed
// also reads why.
func TestEveryVerdictIsExplained(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		run := report.Fold(eventtest.Scenario(t, name))
		explained := map[string]bool{}
		for _, p := range report.Problems(run) {
			explained[p.Owner] = true
			assert.NotEqual(t, verdict.Passed, p.Verdict)
			assert.NotEmpty(t, p.Message, p.Title)
		}
		for _, x := range run.Experiments {
			assert.Equal(t, x.Verdict() != verdict.Passed, explained[x.Address], "%s: %s", name, x.Address)
		}
	}
}

func TestWhatWasNotJudgedDoesNotHold(t *testing.T) {
	held := event.AssertionJudged{Experiment: "experiment.a", Assertion: "assert.b", Phase: "baseline", Outcome: event.Held}
	for v, want := range map[verdict.Verdict]verdict.Verdict{
		verdict.Passed: verdict.Passed, verdict.Failed: verdict.Passed,
		verdict.Aborted: verdict.Skipped, verdict.Errored: verdict.Skipped,
	} {
		run := report.Fold([]event.Event{{Body: held}, {Body: event.ExperimentFinished{Experiment: "experiment.a", Verdict: v}}})
		x := run.Experiments[0]
		assert.Equal(t, want, x.AssertionVerdict(x.Assertions[0]), v)
	}
}

func TestTheLastRevertCounts(t *testing.T) {
	revert := event.FaultReverted{Experiment: "experiment.a", Fault: "fault.b", Error: "no", Mend: "gameday recover 1"}
	run := report.Fold([]event.Event{{Body: event.FaultInjecting{Experiment: "experiment.a", Fault: "fault.b"}}, {Body: revert}})
	assert.True(t, run.IsDirty())
	assert.Equal(t, []string{"gameday recover 1"}, report.Mend(run))
	assert.Len(t, report.Left(run), 1)

	revert.Verified = true
	run.Apply(event.Event{Body: revert})
	assert.False(t, run.IsDirty())
	assert.Empty(t, report.Mend(run))
	assert.Empty(t, report.Left(run))
}

func TestThePictureSurvivesJSON(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		want := report.Fold(eventtest.Scenario(t, name))
		text, err := json.Marshal(want)
		require.NoError(t, err)
		var got report.Run
		require.NoError(t, json.Unmarshal(text, &got))
		assert.Equal(t, report.Line(want), report.Line(&got))
		assert.Equal(t, report.Problems(want), report.Problems(&got))
	}
}

// A fault that was planned again may never be injected: it is no fault of the picture by
// that.
func TestPlannedAgain(t *testing.T) {
	planned := event.FaultPlanned{Experiment: "experiment.a", Fault: "fault.b", Undo: "mends it"}
	run := report.Fold([]event.Event{{Body: event.ExperimentStarted{Experiment: "experiment.a"}}, {Body: planned}})
	assert.Equal(t, []event.FaultPlanned{planned}, run.Experiments[0].Planned)
	assert.Empty(t, run.Experiments[0].Faults)
	text, err := json.Marshal(run)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"planned":[{"experiment":"experiment.a","fault":"fault.b",`)
}

func TestFactsWithoutText(t *testing.T) {
	assert.Equal(t, "2 resets, bytes: 300 B", report.Facts([]providers.Fact{
		{Name: "resets", Text: "2 resets", Value: 2}, {Name: "bytes", Value: 300, Unit: "B"},
	}))
}

func TestRecoverCommandIsTheOneThatTheRunTold(t *testing.T) {
	begun := func(told string) *report.Run {
		return report.Fold([]event.Event{{Run: "01A", Body: event.RunStarted{Recover: told}}})
	}
	assert.Equal(t, "gameday -chdir lab recover 01A", report.RecoverCommand(begun("gameday -chdir lab recover 01A")))
	assert.Equal(t, "gameday recover 01A", report.RecoverCommand(begun("")), "of a gameday that did not tell it")
}

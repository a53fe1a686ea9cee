package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// TestEveryReasonIsToldOnce, whichever verdict it is of.
func TestEveryReasonIsToldOnce(t *testing.T) {
	run := report.Fold(eventtest.Scenario(t, "reasons"))
	told := map[string]int{}
	for _, p := range report.Problems(run) {
		told[p.Owner+" "+p.Message]++
	}
	for _, x := range run.Experiments {
		for _, f := range x.Finished.Findings {
			reason := run.Refer(f.Reason)
			if _, message, found := strings.Cut(reason, " phase: "); found && f.Told {
				reason = message // the title says of which assertion and phase it is
			}
			assert.Equal(t, 1, told[x.Address+" "+reason], reason)
			delete(told, x.Address+" "+reason)
		}
	}
	assert.Len(t, told, 1, "the environment's own is left: %v", told)
}

// ended is the picture of an experiment that came to an end after some events.
func ended(end event.ExperimentFinished, before ...event.Body) *report.Run {
	run := &report.Run{}
	for _, body := range append(before, end) {
		run.Apply(event.Event{Body: body})
	}
	return run
}

// TestEndsWithoutFindings are those of runs from before they were told: of their reasons all are in one problem, where no
// part explains the verdict.
func TestEndsWithoutFindings(t *testing.T) {
	const x = "experiment.a"
	end := event.ExperimentFinished{Experiment: x, Verdict: verdict.Inconclusive, Reasons: []string{"no evidence", "never judged"}}
	problems := report.Problems(ended(end))
	require.Len(t, problems, 1)
	assert.Equal(t, "no evidence", problems[0].Message)
	assert.Equal(t, []string{"never judged"}, problems[0].Detail)

	problems = report.Problems(ended(end, event.FaultProven{Experiment: x, Fault: "fault.b", Detail: "no evidence"}))
	require.Len(t, problems, 1)
	assert.Equal(t, "experiment.a · fault.b · not proven", problems[0].Title)
}

// TestWhatWasRecoveredLeavesItsReasonAlone: the fault is not dirty any more, and the experiment errored all the same.
func TestWhatWasRecoveredLeavesItsReasonAlone(t *testing.T) {
	const x = "experiment.a"
	run := ended(
		event.ExperimentFinished{Experiment: x, Verdict: verdict.Errored, Dirty: true, Findings: []event.Finding{
			{Verdict: verdict.Errored, Reason: "fault.b could not be reverted: no", Told: true},
			{Verdict: verdict.Failed, Reason: "assert.c in the fault phase: too slow", Told: true},
			{Verdict: verdict.Inconclusive, Reason: "load.d sent only 1 of the 2 requests", About: "load.d"},
		}},
		event.FaultInjecting{Experiment: x, Fault: "fault.b"},
		event.FaultReverted{Experiment: x, Fault: "fault.b", Error: "no"},
		event.AssertionJudged{Experiment: x, Assertion: "assert.c", Phase: "fault", Outcome: event.Broken, Message: "too slow"},
	)
	run.Apply(event.Event{Body: event.FaultReverted{Experiment: x, Fault: "fault.b", Verified: true}})
	var messages []string
	for _, p := range report.Problems(run) {
		messages = append(messages, p.Message)
	}
	assert.Equal(t, []string{"too slow", "load.d sent only 1 of the 2 requests", "fault.b could not be reverted: no"}, messages)
}

// TestAStopThatWasNotBorneOutBesideAFailure: another one failed the experiment.
func TestAStopThatWasNotBorneOutBesideAFailure(t *testing.T) {
	const x = "experiment.a"
	run := ended(
		event.ExperimentFinished{Experiment: x, Verdict: verdict.Failed, Findings: []event.Finding{
			{Verdict: verdict.Failed, Reason: "Too slow.", Told: true},
			{Verdict: verdict.Inconclusive, Reason: "It was true by the answers that were there.", About: "stop_condition.b"},
		}},
		event.StopTriggered{Experiment: x, Condition: "stop_condition.b", Message: "Too bad."},
		event.StopTriggered{Experiment: x, Condition: "stop_condition.c", Message: "Too slow."},
	)
	problems := report.Problems(run)
	require.Len(t, problems, 2)
	assert.Equal(t, "experiment.a · stop_condition.c · broken", problems[0].Title)
	assert.Equal(t, "experiment.a · stop_condition.b · inconclusive", problems[1].Title)
}

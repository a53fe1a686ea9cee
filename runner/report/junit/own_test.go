package junit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// own is an experiment that ended with findings, after some events, in a run of the same verdict.
func own(t *testing.T, end event.ExperimentFinished, before ...event.Body) dorny {
	t.Helper()
	end.Experiment = "experiment.a"
	var events []event.Event
	for _, body := range append(before, end, event.RunFinished{Verdict: end.Verdict, Dirty: end.Dirty}) {
		events = append(events, event.Event{Time: eventtest.Start(), Body: body})
	}
	text := render(t, events)
	checkDorny(t, text)
	return read[dorny](t, text)
}

// said are the messages of the cases that are not ok, by name.
func said(doc dorny) map[string]string {
	said := map[string]string{}
	for _, s := range doc.Suites {
		for _, c := range s.Cases {
			for _, p := range []*dornyProblem{c.Failure, c.Error} {
				if p != nil {
					said[c.Name] = p.Type + ": " + p.Message
				}
			}
		}
	}
	return said
}

// TestALesserReasonIsSeen, and the experiment fails by its failure all the same.
func TestALesserReasonIsSeen(t *testing.T) {
	const never = "stop_condition.m was never judged in the fault phase: no window of 1m0s was full"
	doc := own(t, event.ExperimentFinished{Verdict: verdict.Failed, Findings: []event.Finding{
		{Verdict: verdict.Failed, Reason: "assert.b in the fault phase: Too slow.", Told: true},
		{Verdict: verdict.Inconclusive, Reason: never, About: "stop_condition.m"},
	}}, event.AssertionJudged{Experiment: "experiment.a", Assertion: "assert.b", Phase: "fault", Outcome: event.Broken, Message: "Too slow."})
	assert.Equal(t, map[string]string{
		"assert.b":         "failed: broken in fault: Too slow.",
		"stop_condition.m": "inconclusive: " + never,
	}, said(doc))
	require.Len(t, doc.Suites, 1)
	assert.Equal(t, "1 1", doc.Suites[0].FailuresAttr+" "+doc.Suites[0].ErrorsAttr)
}

// TestSeveralReasonsOfTheWhole are a case each: none hides in the text of another.
func TestSeveralReasonsOfTheWhole(t *testing.T) {
	doc := own(t, event.ExperimentFinished{Verdict: verdict.Aborted, Findings: []event.Finding{
		{Verdict: verdict.Aborted, Reason: "stopped by SIGINT"},
		{Verdict: verdict.Errored, Reason: "probes stopped measuring: probe.p: the probe panicked"},
	}})
	assert.Equal(t, map[string]string{
		"verdict":     "aborted: stopped by SIGINT",
		"verdict (2)": "errored: probes stopped measuring: probe.p: the probe panicked",
	}, said(doc))
}

// TestCleanUpDoesNotRepeatWhatTheActionSays: that has a case of its own.
func TestCleanUpDoesNotRepeatWhatTheActionSays(t *testing.T) {
	doc := own(t, event.ExperimentFinished{Verdict: verdict.Errored, Dirty: true, Reasons: []string{"the rollback's action.r failed: no"}, Findings: []event.Finding{
		{Verdict: verdict.Errored, Reason: "the rollback's action.r failed: no", Told: true},
	}}, event.ActionFinished{Experiment: "experiment.a", Action: "action.r", Error: "no"})
	assert.Equal(t, map[string]string{
		"action.r": "errored: The rollback action failed: no",
		"clean-up": "dirty: What the rollback's action.r was to restore may still be as the experiment left it.",
	}, said(doc))
}

// TestFindingsOfOneReasonChangeNothing: the end of a run from before they were told is drawn as one that tells them.
func TestFindingsOfOneReasonChangeNothing(t *testing.T) {
	for name, told := range map[string]bool{"aborted": false, "unsteady": true, "dirty": true} {
		events := eventtest.Scenario(t, name)
		want := string(render(t, events))
		for i, e := range events {
			if end, ok := e.Body.(event.ExperimentFinished); ok {
				require.Len(t, end.Reasons, 1)
				end.Findings = []event.Finding{{Verdict: end.Verdict, Reason: end.Reasons[0], Told: told}}
				events[i].Body = end
			}
		}
		assert.Equal(t, want, string(render(t, events)), name)
	}
}

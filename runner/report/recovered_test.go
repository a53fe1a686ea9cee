package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// recovered is a run of which recover has undone a fault, a day later.
func recovered(t *testing.T, scenario string, v verdict.Verdict) *report.Run {
	t.Helper()
	run := report.Fold(eventtest.Scenario(t, scenario))
	at := eventtest.Start().AddDate(0, 0, 1)
	for _, body := range []event.Body{
		event.FaultReverting{Experiment: "experiment.payments_slow", Fault: "fault.payments"},
		event.FaultReverted{Experiment: "experiment.payments_slow", Fault: "fault.payments", Verified: true, Attempts: 1},
		event.EnvironmentStopped{Environment: "environment.shop", Seconds: 0.001},
		event.RunFinished{Verdict: v, ExitCode: verdict.ExitCode(v, false, 0), Seconds: 0.002},
	} {
		at = at.Add(time.Millisecond)
		run.Apply(event.Event{Time: at, Run: eventtest.Run, Body: body})
	}
	return run
}

// TestRecoverKeepsTheFiguresOfTheRun: what recover took is not what the run took,
// and it judged no experiment.
func TestRecoverKeepsTheFiguresOfTheRun(t *testing.T) {
	dirty := recovered(t, "dirty", verdict.Errored)
	assert.InDelta(t, 39.5, dirty.Seconds(), 0.001)
	assert.Equal(t, map[verdict.Verdict]int{verdict.Errored: 1}, dirty.Finished.Counts)
	assert.Equal(t, "1 experiment: 1 errored · 1 fault, reverted and verified · 39.5 s · exit 1", report.Line(dirty))

	killed := recovered(t, "killed", verdict.Aborted)
	assert.InDelta(t, 6.8, killed.Seconds(), 0.001, "as far as its own events go")
	assert.Equal(t, map[verdict.Verdict]int{report.Interrupted: 1, verdict.Skipped: 1}, killed.Finished.Counts)
	assert.Equal(t, "2 experiments: 1 interrupted, 1 skipped · 1 fault, reverted and verified · 6.8 s · exit 7", report.Line(killed))
}

func TestAnExperimentIsDirtyUntilItIsRecovered(t *testing.T) {
	const x = "experiment.a"
	begun := event.FaultInjecting{Experiment: x, Fault: "fault.b"}
	stuck := event.FaultReverted{Experiment: x, Fault: "fault.b", Error: "no"}
	undone := event.FaultReverted{Experiment: x, Fault: "fault.b", Verified: true}
	failed := event.ActionFinished{Experiment: x, Action: "action.c", Error: "no"}
	end := event.ExperimentFinished{Experiment: x, Verdict: verdict.Errored, Dirty: true}
	for name, c := range map[string]struct {
		bodies []event.Body
		want   bool
	}{
		"not reverted":                 {[]event.Body{begun, stuck, end}, true},
		"recover failed, too":          {[]event.Body{begun, stuck, end, stuck}, true},
		"recovered":                    {[]event.Body{begun, stuck, end, undone}, false},
		"recovered, but for an action": {[]event.Body{begun, stuck, failed, end, undone}, true},
		"killed":                       {[]event.Body{begun}, true},
		"killed and recovered":         {[]event.Body{begun, undone}, false},
	} {
		run := &report.Run{}
		for _, body := range c.bodies {
			run.Apply(event.Event{Body: body})
		}
		assert.Equal(t, c.want, run.Experiment(x).IsDirty(), name)
	}
}

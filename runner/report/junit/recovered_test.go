package junit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// afterRecover is the report of a run that ended dirty, once recover has tried its fault.
func afterRecover(t *testing.T, reverted event.FaultReverted) string {
	t.Helper()
	reverted.Experiment, reverted.Fault = "experiment.payments_slow", "fault.payments"
	dirty := !reverted.Verified
	events := append(
		eventtest.Scenario(t, "dirty"),
		event.Event{Body: reverted},
		event.Event{Body: event.EnvironmentStopped{Environment: "environment.shop"}},
		event.Event{Body: event.RunFinished{Verdict: verdict.Errored, ExitCode: verdict.ExitCode(verdict.Errored, dirty, 0), Dirty: dirty}},
	)
	return string(render(t, events))
}

func TestNothingIsDirtyOnceItIsRecovered(t *testing.T) {
	text := afterRecover(t, event.FaultReverted{Verified: true, Attempts: 1})
	assert.Contains(t, text, `<property name="gameday.dirty" value="false">`)
	assert.NotContains(t, text, `type="dirty"`)
	assert.NotContains(t, text, "To mend what is left")
	assert.Contains(t, text, `<error message="fault.payments could not be reverted`, "the experiment is errored all the same")
	assert.Contains(t, text, `skipped="1" time="39.500"`)
}

func TestARecoverThatFailsSaysWhatMends(t *testing.T) {
	const mend = "\n\nTo mend what is left:\n"
	text := afterRecover(t, event.FaultReverted{Error: "no answer", Mend: "gameday recover 1"})
	assert.Contains(t, text, `type="dirty"><![CDATA[The revert could not be verified: no answer`+mend+"gameday recover 1]]>")
	text = afterRecover(t, event.FaultReverted{Error: "no answer"})
	assert.Contains(t, text, `type="dirty"><![CDATA[The revert could not be verified: no answer]]>`, "no heading without a command")
}

package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// TestFailuresAreToldByFrequency: three of each series, and the rest together.
func TestFailuresAreToldByFrequency(t *testing.T) {
	of := func(series, text string, n int64) event.Failure {
		return event.Failure{Series: series, Error: text, Count: n}
	}
	judged := event.AssertionJudged{Failures: []event.Failure{
		of("probe.buy", "no answer within 1s", 75), of("probe.buy", "expected status 2xx,\ngot 502", 46), of("probe.buy", "connection reset", 12),
		of("probe.buy", "rare", 3), of("probe.buy", "", 2), of("load.shoppers", "refused", 1),
	}}
	assert.Equal(t, []string{
		"  ✗ 75 × probe.buy: no answer within 1s",
		"  ✗ 46 × probe.buy: expected status 2xx, got 502",
		"  ✗ 12 × probe.buy: connection reset",
		"  ✗ 1 × load.shoppers: refused",
		"  ✗ 5 × probe.buy: other errors",
	}, report.Failures(judged))
	assert.Empty(t, report.Failures(event.AssertionJudged{}))
}

// TestAStopThatWasNotBorneOutIsNoFailure: it ended the faults, and the verdict's own reasons say what became of it.
func TestAStopThatWasNotBorneOutIsNoFailure(t *testing.T) {
	for v, want := range map[verdict.Verdict]string{verdict.Failed: "stop_condition.meltdown · broken", verdict.Inconclusive: "inconclusive"} {
		x := &report.Experiment{
			Address: "experiment.a", Stops: []event.StopTriggered{{Experiment: "experiment.a", Condition: "stop_condition.meltdown", Message: "Too bad."}},
			Finished: &event.ExperimentFinished{Experiment: "experiment.a", Verdict: v, Reasons: []string{"It was true by the answers that were there."}},
		}
		problems := report.Problems(&report.Run{Experiments: []*report.Experiment{x}})
		require.Len(t, problems, 1, v)
		assert.Contains(t, problems[0].Title, want)
		assert.Equal(t, v, problems[0].Verdict)
	}
}

package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
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

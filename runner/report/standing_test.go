package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// TestAnEnvironmentThatWasNotEndedIsLeft, where the run was cut short.
func TestAnEnvironmentThatWasNotEndedIsLeft(t *testing.T) {
	const env = "environment.shop"
	begun := []event.Body{event.RunStarted{Recover: "gameday recover 01A"}, event.EnvironmentStarting{Environment: env}}
	notEnded := []string{"environment.shop: it was begun and not ended"}
	for name, c := range map[string]struct {
		after []event.Body
		left  []string
	}{
		"on its way up":    {nil, notEnded},
		"up":               {[]event.Body{event.EnvironmentReady{Environment: env}}, notEnded},
		"up in part":       {[]event.Body{event.EnvironmentFailed{Environment: env, Error: "no"}}, notEnded},
		"ended":            {[]event.Body{event.EnvironmentReady{Environment: env}, event.EnvironmentStopped{Environment: env}}, nil},
		"ended in part":    {[]event.Body{event.EnvironmentStopped{Environment: env, Leftovers: []string{"process payments"}}}, []string{"environment.shop: process payments"}},
		"begun once more":  {[]event.Body{event.EnvironmentStopped{Environment: env}, event.EnvironmentStarting{Environment: env}}, notEnded},
		"recovered":        {[]event.Body{event.EnvironmentStopped{Environment: env}, event.RunFinished{Verdict: verdict.Aborted}}, nil},
		"nothing was made": {[]event.Body{event.RunFinished{Verdict: verdict.Aborted}}, nil}, // recover has found nothing to end
	} {
		run := &report.Run{}
		for _, body := range append(begun, c.after...) {
			run.Apply(event.Event{Body: body})
		}
		assert.Equal(t, c.left, report.Left(run), name)
		assert.Equal(t, c.left != nil, run.IsDirty(), name)
		assert.Equal(t, c.left != nil, len(report.Mend(run)) > 0, name)
	}
}

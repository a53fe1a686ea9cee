package markdown_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/markdown"
	"github.com/gameday-dev/gameday/runner/verdict"
)

var update = flag.Bool("update", false, "write the golden files")

func TestScenarios(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		t.Run(name, func(t *testing.T) {
			text := markdown.Render(report.Fold(eventtest.Scenario(t, name)))
			eventtest.Golden(t, *update, name+".md", text)
		})
	}
}

func TestTextOfOthersIsNoMarkup(t *testing.T) {
	text := string(markdown.Render(report.Fold([]event.Event{{Body: event.ExperimentFinished{
		Experiment: "experiment.a", Verdict: verdict.Errored,
		Reasons: []string{"a | b <script> [x](y)\nnext", "```\n# not a heading"},
	}}})))
	assert.Contains(t, text, `a \| b &lt;script> \[x](y) next`)
	assert.Contains(t, text, "````\n```\n# not a heading\n````")
	assert.Equal(t, 2, strings.Count(text, "````"))
}

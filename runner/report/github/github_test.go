package github_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/github"
	"github.com/gameday-dev/gameday/runner/verdict"
)

var update = flag.Bool("update", false, "write the golden files")

func TestScenarios(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		t.Run(name, func(t *testing.T) {
			text := github.Annotations(report.Fold(eventtest.Scenario(t, name)), "", "")
			eventtest.Golden(t, *update, name+".txt", text)
			for line := range strings.Lines(string(text)) {
				assert.Regexp(t, `^::error (file=[^:,]+,line=\d+(,endLine=\d+)?,)?title=[^:,]+::.+\n$`, line)
			}
		})
	}
}

func finished(i int, reason string) event.Event {
	return event.Event{Body: event.ExperimentFinished{
		Experiment: fmt.Sprintf("experiment.n%d", i), Verdict: verdict.Errored, Reasons: []string{reason},
	}}
}

func TestAtMostTenErrors(t *testing.T) {
	for problems, want := range map[int]int{9: 9, 10: 10, 11: 10, 25: 10} {
		var events []event.Event
		for i := range problems {
			events = append(events, finished(i, "broken"))
		}
		text := string(github.Annotations(report.Fold(events), "", ""))
		assert.Equal(t, want, strings.Count(text, "::error "))
		assert.Equal(t, problems > 10, strings.Contains(text, fmt.Sprintf("::%d more problems", problems-9)))
	}
}

func TestTextCannotBecomeACommand(t *testing.T) {
	text := string(github.Annotations(report.Fold([]event.Event{finished(1, "100%\r\n::set-env name=A::b")}), "", ""))
	assert.Equal(t, "::error title=experiment.n1 · errored::100%25%0D%0A::set-env name=A::b\n", text)
}

// GitHub looks for files from the root of the repository, wherever gameday runs.
func TestFilesAreNamedFromTheRoot(t *testing.T) {
	const below = "/repo/gate"
	for _, c := range []struct{ base, here, name, want string }{
		{"/repo", below, "a.gameday.hcl", "gate/a.gameday.hcl"},
		{"/repo", below, "./sub/a.gameday.hcl", "gate/sub/a.gameday.hcl"},
		{"/repo", below, "../x.gameday.hcl", "x.gameday.hcl"},
		{"/repo", below, "../../x.gameday.hcl", "../../x.gameday.hcl"}, // not of the repository
		{"/repo", below, "/repo/gate/a.gameday.hcl", "gate/a.gameday.hcl"},
		{"/repo", below, "/else/a.gameday.hcl", "/else/a.gameday.hcl"},
		{"/repo/", below, "a.gameday.hcl", "gate/a.gameday.hcl"},
		{"/repo", "/else", "a.gameday.hcl", "a.gameday.hcl"},
		{"/repo", "/repo", "gate/a.gameday.hcl", "gate/a.gameday.hcl"},
		{"/repo", "/repo", "../x.gameday.hcl", "../x.gameday.hcl"},
	} {
		broken := event.ExperimentFinished{Experiment: "experiment.x", Verdict: verdict.Errored, Source: event.Source{File: c.name, Line: 3}}
		text := string(github.Annotations(report.Fold([]event.Event{{Body: broken}}), c.base, c.here))
		assert.Contains(t, text, "::error file="+c.want+",line=3,title=", "%+v", c)
	}
}

func TestSummaryIsAppendedAndBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	require.NoError(t, os.WriteFile(path, []byte("before\n"), 0o600))
	var out bytes.Buffer
	sink := github.New(&out, path, "", "")
	for i := range 40 {
		sink.Emit(finished(i, strings.Repeat("long ", 10_000)))
	}
	require.NoError(t, sink.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(text), "before\n# gameday: interrupted"))
	assert.LessOrEqual(t, len(text)-len("before\n"), 1<<20)
	assert.Greater(t, len(text), 900_000)
	assert.True(t, strings.HasSuffix(string(text), "see the run's folder.\n"))
	assert.Zero(t, strings.Count(string(text), "```")%2, "a block of code is open")
}

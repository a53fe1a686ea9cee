package junit_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/junit"
	"github.com/gameday-dev/gameday/runner/verdict"
)

func render(t testing.TB, events []event.Event) []byte {
	t.Helper()
	text, err := junit.Render(report.Fold(events), "")
	require.NoError(t, err)
	return text
}

func TestScenarios(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		t.Run(name, func(t *testing.T) {
			text := render(t, eventtest.Scenario(t, name))
			eventtest.Golden(t, *update, name+".xml", text)
			checkGitLab(t, text)
			checkJenkins(t, text)
			checkDorny(t, text)
			checkMikepenz(t, text)
		})
	}
}

// TestVerdictsShow holds the report to the table of verdicts: a run that is not
// passed has a failure or an error, of the type that the table names.
func TestVerdictsShow(t *testing.T) {
	for name, want := range map[string]struct{ failures, errors []string }{
		"passed":       {},
		"failed":       {failures: []string{"failed", "failed"}},
		"inconclusive": {errors: []string{"inconclusive", "inconclusive"}},
		"unsteady":     {errors: []string{"unsteady"}},
		"aborted":      {errors: []string{"aborted"}},
		"errored":      {errors: []string{"errored", "errored", "errored", "errored"}},
		"dirty":        {errors: []string{"dirty", "dirty"}},
		"killed":       {errors: []string{"interrupted", "interrupted", "interrupted"}},
	} {
		t.Run(name, func(t *testing.T) {
			var failures, errors []string
			for _, s := range read[dorny](t, render(t, eventtest.Scenario(t, name))).Suites {
				for _, c := range s.Cases {
					if c.Failure != nil {
						failures = append(failures, c.Failure.Type)
					}
					if c.Error != nil {
						errors = append(errors, c.Error.Type)
					}
				}
			}
			assert.Equal(t, want.failures, failures)
			assert.Equal(t, want.errors, errors)
		})
	}
}

// TestAnyPartOfARunIsWellFormed cuts runs short anywhere, and mixes in random
// events: the report must stay readable by all, and never green.
func TestAnyPartOfARunIsWellFormed(t *testing.T) {
	names := eventtest.Scenarios(t)
	rapid.Check(t, func(rt *rapid.T) {
		events := eventtest.Scenario(t, rapid.SampledFrom(names).Draw(rt, "scenario"))
		events = events[:rapid.IntRange(1, len(events)).Draw(rt, "cut")]
		events = append(events, rapid.SliceOfN(eventtest.Event(), 0, 5).Draw(rt, "noise")...)
		run := report.Fold(events)
		text, err := junit.Render(run, "")
		require.NoError(rt, err)
		require.NoError(rt, xml.Unmarshal(text, new(struct{})), "%s", text)
		checkDorny(rt, text)
		checkJenkins(rt, text)
		if run.Finished == nil {
			assert.Contains(rt, string(text), `type="interrupted"`)
		}
	})
}

func TestSinkLeavesAReportOfAKilledRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reports", "junit.xml")
	sink, err := junit.New(path, "", junit.Begun{})
	require.NoError(t, err)
	eventtest.Play(eventtest.Scenario(t, "killed"), sink)

	text, err := os.ReadFile(path) // without Close: nobody was left to call it
	require.NoError(t, err)
	assert.Contains(t, string(text), "The run was interrupted and did not finish.")
}

// TestAKilledRunIsDirtyWhileItsEnvironmentStands, though no fault was begun.
func TestAKilledRunIsDirtyWhileItsEnvironmentStands(t *testing.T) {
	begun := []event.Event{{Body: event.RunStarted{}}, {Body: event.EnvironmentStarting{Environment: "environment.shop"}}}
	assert.Contains(t, string(render(t, begun)), `<property name="gameday.dirty" value="true">`)
	begun = append(begun, event.Event{Body: event.EnvironmentStopped{Environment: "environment.shop"}})
	assert.Contains(t, string(render(t, begun)), `<property name="gameday.dirty" value="false">`)
}

func TestSinkWritesTheWholeRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "junit.xml")
	sink, err := junit.New(path, "", junit.Begun{})
	require.NoError(t, err)
	events := eventtest.Scenario(t, "gate")
	eventtest.Play(events, sink)
	require.NoError(t, sink.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(render(t, events)), string(text))
}

// TestPipeGetsTheReportOnce plays a run with nobody reading meanwhile: a sink that
// wrote then would wait in the middle of it.
func TestPipeGetsTheReportOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(path, 0o600))
	sink, err := junit.New(path, "", junit.Begun{})
	require.NoError(t, err)
	events := eventtest.Scenario(t, "gate")
	eventtest.Play(events, sink)
	closed := make(chan error, 1)
	go func() { closed <- sink.Close() }()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, <-closed)
	assert.Equal(t, string(render(t, events)), string(text))
}

// TestRunWithoutEvents knows which run it was, and why nothing came of it.
func TestRunWithoutEvents(t *testing.T) {
	begun := junit.Begun{ID: eventtest.Run, At: eventtest.Start()}
	for name, c := range map[string]struct {
		cause     error
		want, not []string
	}{
		"could not begin": {
			errors.New("no space left on device"),
			[]string{`type="errored"`, "The run could not begin: no space left on device", `name="gameday.verdict" value="errored"`},
			[]string{"interrupted", "recover"},
		},
		"stopped before": {nil, []string{`type="interrupted"`, "gameday recover " + eventtest.Run}, []string{"errored"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "junit.xml")
			sink, err := junit.New(path, "", begun)
			require.NoError(t, err)
			if c.cause != nil {
				sink.CouldNotBegin(c.cause)
			}
			require.NoError(t, sink.Close())
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, want := range append(c.want, `name="gameday `+eventtest.Run+`"`, `timestamp="`+begun.At.UTC().Format("2006-01-02T15:04:05")) {
				assert.Contains(t, string(text), want)
			}
			for _, not := range c.not {
				assert.NotContains(t, string(text), not)
			}
			checkDorny(t, text)
			checkJenkins(t, text)
		})
	}
}

func TestNewRefusesAFolder(t *testing.T) {
	dir := t.TempDir()
	_, err := junit.New(dir, "", junit.Begun{})
	require.ErrorContains(t, err, "the JUnit report cannot be written to "+dir)
	assert.ErrorIs(t, err, syscall.EISDIR)
}

func TestNewRefusesAPathThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := junit.New(filepath.Join(file, "junit.xml"), "", junit.Begun{})
	assert.ErrorContains(t, err, "creating the folder of the JUnit report")
}

func TestTextThatXMLForbidsIsWrittenOut(t *testing.T) {
	events := []event.Event{{Body: event.ExperimentFinished{
		Experiment: "experiment.a", Verdict: verdict.Errored, Reasons: []string{"\x1b[31mred\x1b[0m \x00 \xff ]]> <b> \uFFFE"},
	}}, {Body: event.RunFinished{Verdict: verdict.Errored}}}
	doc := read[jenkins](t, render(t, events))
	require.Len(t, doc.Suites, 1)
	assert.Equal(t, `\x1b[31mred\x1b[0m \x00 \xff ]]> <b> \xfffe`, doc.Suites[0].Cases[0].Error.Message)
}

func TestNamesAreUnique(t *testing.T) {
	action := event.ActionFinished{Experiment: "experiment.a", Action: "action.flush", OK: true}
	doc := read[jenkins](t, render(t, []event.Event{{Body: action}, {Body: action}, {Body: event.RunFinished{}}}))
	var names []string
	for _, c := range doc.Suites[0].Cases {
		names = append(names, c.Name)
	}
	assert.Contains(t, names, "action.flush")
	assert.Contains(t, names, "action.flush (2)")
}

func TestFilesAreRelativeToTheBase(t *testing.T) {
	base := t.TempDir()
	events := []event.Event{{Body: event.ExperimentFinished{
		Experiment: "experiment.a", Verdict: verdict.Skipped,
		Source: event.Source{File: filepath.Join(base, "x", "..", "a", "b.gameday.hcl"), Line: 3},
	}}}
	text, err := junit.Render(report.Fold(events), base)
	require.NoError(t, err)
	assert.Contains(t, string(text), `classname="a.experiment.a" file="a/b.gameday.hcl" line="3"`)
}

var update = flag.Bool("update", false, "write the golden files")

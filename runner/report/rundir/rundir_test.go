package rundir_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/rundir"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// record makes a run's folder from a scenario; with kill nobody closes it.
func record(t *testing.T, root, id, scenario string, kill bool) string {
	t.Helper()
	dir := filepath.Join(root, id)
	sink, err := rundir.New(dir, "")
	require.NoError(t, err)
	for _, e := range eventtest.Scenario(t, scenario) {
		e.Run = id
		sink.Emit(e)
	}
	if !kill {
		require.NoError(t, sink.Close())
	}
	return dir
}

func read(t *testing.T, parts ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	require.NoError(t, err)
	return text
}

func TestEveryFileIsWritten(t *testing.T) {
	dir := record(t, t.TempDir(), "01A", "failed", false)
	var picture report.Run
	require.NoError(t, json.Unmarshal(read(t, dir, rundir.ReportFile), &picture))
	assert.Equal(t, "01A", picture.ID)
	assert.Equal(t, verdict.Failed, picture.Verdict())
	assert.Len(t, picture.Experiments[0].Assertions, 2)
	require.NoError(t, xml.Unmarshal(read(t, dir, rundir.JUnitFile), new(struct{})))
	assert.Contains(t, string(read(t, dir, rundir.SummaryFile)), "# gameday: failed")
	assert.Equal(t, len(eventtest.Scenario(t, "failed")), strings.Count(string(read(t, dir, rundir.EventsFile)), "\n"))
}

func TestEventsAreOnFileAsTheyCome(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "01A")
	sink, err := rundir.New(dir, "")
	require.NoError(t, err)
	for i, e := range eventtest.Scenario(t, "passed") {
		sink.Emit(e)
		require.Equal(t, i+1, strings.Count(string(read(t, dir, rundir.EventsFile)), "\n"))
	}
	require.NoError(t, sink.Close())
}

func TestAFolderHoldsOneRun(t *testing.T) {
	root := t.TempDir()
	dir := record(t, root, "01A", "passed", false)
	_, err := rundir.New(dir, "")
	assert.ErrorIs(t, err, os.ErrExist)
}

func TestList(t *testing.T) {
	root := t.TempDir()
	record(t, root, "01A", "passed", false)
	record(t, root, "01B", "killed", true)
	record(t, root, "01C", "dirty", false)
	require.NoError(t, os.Mkdir(filepath.Join(root, "something else"), 0o700))

	list, err := rundir.List(root)
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "01C", list[0].ID)
	assert.Equal(t, verdict.Errored, list[0].Verdict)
	assert.True(t, list[0].Dirty)
	assert.Equal(t, 4, *list[0].ExitCode)
	assert.Equal(t, report.Interrupted, list[1].Verdict)
	assert.Nil(t, list[1].ExitCode)
	assert.True(t, list[1].Dirty, "a fault was never reverted")
	assert.Equal(t, verdict.Passed, list[2].Verdict)
	assert.Equal(t, 1, list[2].Experiments)
	assert.InDelta(t, 11.7, list[2].Seconds, 0.001)
	assert.Equal(t, eventtest.Start(), list[2].Started)
}

func TestListOfNothing(t *testing.T) {
	list, err := rundir.List(filepath.Join(t.TempDir(), "no such folder"))
	require.NoError(t, err)
	assert.Empty(t, list)
}

func TestListNamesDamage(t *testing.T) {
	root := t.TempDir()
	dir := record(t, root, "01A", "passed", false)
	path := filepath.Join(dir, rundir.EventsFile)
	lines := strings.SplitAfter(string(read(t, path)), "\n")
	lines[3] = "rubbish\n"
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600))

	list, err := rundir.List(root)
	require.NoError(t, err)
	assert.Contains(t, list[0].Error, "line 4: ")
	_, err = rundir.Load(root, "01A")
	assert.ErrorContains(t, err, "reading run 01A: line 4: ")
	found, err := rundir.Find(root, "01")
	require.NoError(t, err, "it can still be found, to be recovered")
	assert.Equal(t, dir, found)
	dirs, err := rundir.Dirs(root)
	require.NoError(t, err)
	assert.Equal(t, []string{dir}, dirs)
}

func TestLoad(t *testing.T) {
	root := t.TempDir()
	record(t, root, "01AA", "passed", false)
	record(t, root, "01AB", "failed", false)
	for ref, want := range map[string]string{"latest": "01AB", "": "01AB", "01AA": "01AA", "01aa": "01AA", "01AB": "01AB"} {
		run, err := rundir.Load(root, ref)
		require.NoError(t, err, ref)
		assert.Equal(t, want, run.ID, ref)
		assert.Equal(t, report.Fold(run.Events), run.Report)
	}
	for ref, want := range map[string]string{
		"01A":    `"01A" is the beginning of 2 runs: 01AB, 01AA`,
		"02":     `there is no run "02" in ` + root,
		"../01A": "there is no run",
	} {
		_, err := rundir.Load(root, ref)
		assert.ErrorContains(t, err, want, ref)
	}
	_, err := rundir.Load(t.TempDir(), "latest")
	assert.ErrorContains(t, err, "there are no runs")
}

func TestContinueAfterAKill(t *testing.T) {
	for name, torn := range map[string]string{"whole": "", "torn": `{"seq":20,"time":"2026-`, "only the newline is missing": `{"seq":20,"time":"2026-11-22T10:00:00Z","run":"01A","type":"notice","text":"x"}`} {
		t.Run(name, func(t *testing.T) {
			dir := record(t, t.TempDir(), "01A", "killed", true)
			appendTo(t, filepath.Join(dir, rundir.EventsFile), torn)
			sink, last, err := rundir.Continue(dir, "")
			require.NoError(t, err)
			assert.Equal(t, uint64(len(eventtest.Scenario(t, "killed"))), last)
			recovered(sink, last)
			require.NoError(t, sink.Close())

			run, err := rundir.Load(filepath.Dir(dir), "01A")
			require.NoError(t, err)
			assert.Len(t, run.Events, int(last)+2)
			assert.Equal(t, verdict.Aborted, run.Report.Verdict())
			assert.False(t, run.Report.IsDirty())
			text := string(read(t, dir, rundir.JUnitFile))
			assert.Contains(t, text, "Reverted and verified")
			assert.Contains(t, text, "The run was interrupted in the phase hold.")
		})
	}
}

func TestContinueInSpiteOfDamage(t *testing.T) {
	dir := record(t, t.TempDir(), "01A", "killed", true)
	path := filepath.Join(dir, rundir.EventsFile)
	appendTo(t, path, "rubbish\n")
	before := read(t, path)
	sink, last, err := rundir.Continue(dir, "")
	require.NoError(t, err, "a damaged report must not keep anybody from recovering")
	recovered(sink, last)
	require.NoError(t, sink.Close())
	assert.True(t, bytes.HasPrefix(read(t, path), before), "nothing is cut off")
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, append(read(t, path), text...), 0o600))
}

// recovered is what recover emits.
func recovered(sink event.Sink, last uint64) {
	at := eventtest.Start().AddDate(0, 0, 1)
	sink.Emit(event.Event{Seq: last + 1, Time: at, Run: "01A", Body: event.FaultReverted{
		Experiment: "experiment.payments_slow", Fault: "fault.payments", Verified: true, Attempts: 1,
	}})
	sink.Emit(event.Event{Seq: last + 2, Time: at, Run: "01A", Body: event.RunFinished{Verdict: verdict.Aborted, ExitCode: 7}})
}

package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/report/rundir"
)

// withRuns is a working directory in which scenarios were run, by run id.
func withRuns(t *testing.T, scenarios map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for id, scenario := range scenarios {
		sink, err := rundir.New(filepath.Join(rundir.Root(dir), id), dir)
		require.NoError(t, err)
		eventtest.Play(eventtest.Scenario(t, scenario), sink)
		require.NoError(t, sink.Close())
	}
	return dir
}

// gameday runs a command line in dir.
func gameday(dir string, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	code = Main(append([]string{"-chdir", dir}, args...), Stdio{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, Hooks{})
	return code, stdout.String(), stderr.String()
}

func TestRunsLists(t *testing.T) {
	dir := withRuns(t, map[string]string{"01A": "passed", "01B": "killed", "01C": "dirty"})
	code, out, errs := gameday(dir, "runs")
	require.Zero(t, code, errs)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 4)
	assert.Regexp(t, `^RUN +STARTED +VERDICT +TIME +EXPERIMENTS$`, lines[0])
	assert.Regexp(t, `^01C +2026-11-2\d \d\d:\d\d:00 +errored, dirty +39\.5 s +1: 1 errored$`, lines[1])
	assert.Regexp(t, `^01B .* interrupted, dirty +6\.8 s +2: 1 interrupted, 1 skipped$`, lines[2])
	assert.Regexp(t, `^01A .* passed +11\.7 s +1: 1 passed$`, lines[3])
}

// TestRunsThatGoOnAreNotDirty: whoever holds the journal undoes what stands.
func TestRunsThatGoOnAreNotDirty(t *testing.T) {
	dir := withRuns(t, map[string]string{"01A": "killed"})
	held, err := journal.Hold(filepath.Join(rundir.Root(dir), "01A"))
	require.NoError(t, err)
	_, list, _ := gameday(dir, "runs")
	assert.Regexp(t, `01A .* running +6\.8 s`, list)
	_, shown, _ := gameday(dir, "runs", "show")
	assert.True(t, strings.HasSuffix(shown, "\n\nThe run goes on.\n"), shown)
	assert.NotContains(t, shown, "DIRTY")

	require.NoError(t, held.Release())
	_, list, _ = gameday(dir, "runs")
	assert.Regexp(t, `01A .* interrupted, dirty +6\.8 s`, list)
	_, shown, _ = gameday(dir, "runs", "show")
	assert.Contains(t, shown, "DIRTY")
	assert.NotContains(t, shown, "The run goes on.")
}

func TestRunsAsJSON(t *testing.T) {
	dir := withRuns(t, map[string]string{"01A": "passed"})
	code, out, _ := gameday(dir, "runs", "-json")
	require.Zero(t, code)
	var list []rundir.RunSummary
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	assert.Equal(t, "01A", list[0].ID)

	_, out, _ = gameday(t.TempDir(), "runs", "-json")
	assert.Equal(t, "[]\n", out, "no runs are an empty list, not null")
}

func TestRunsOfNothing(t *testing.T) {
	code, out, _ := gameday(t.TempDir(), "runs")
	assert.Zero(t, code)
	assert.Contains(t, out, "There are no runs in")
}

func TestRunsShowTellsTheRunAgain(t *testing.T) {
	dir := withRuns(t, map[string]string{"01A": "passed", "01B": "failed"})
	for _, args := range [][]string{{}, {"latest"}, {"01B"}, {"01b"}} {
		code, out, errs := gameday(dir, append([]string{"runs", "show"}, args...)...)
		require.Zero(t, code, errs)
		assert.Contains(t, out, "├ probe.storefront.latency.p99 = 0.934")
		assert.True(t, strings.HasSuffix(out, "· exit 3\n"), out)
	}
}

func TestRunsShowAsJSONIsTheStream(t *testing.T) {
	dir := withRuns(t, map[string]string{"01A": "failed"})
	code, out, _ := gameday(dir, "runs", "show", "-json", "01A")
	require.Zero(t, code)
	events, err := jsonl.Read(strings.NewReader(out))
	require.NoError(t, err)
	assert.Equal(t, eventtest.Scenario(t, "failed"), events)
}

func TestRunsShowOfAnUnknownRun(t *testing.T) {
	dir := withRuns(t, map[string]string{"01A": "passed"})
	code, out, errs := gameday(dir, "runs", "show", "02")
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, `here is no run "02"`)
}

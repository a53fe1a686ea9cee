package console_test

import (
	"bytes"
	"errors"
	"flag"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/verdict"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func plain(t *testing.T, events []event.Event, options console.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	options.Out = &out
	c := console.New(options)
	eventtest.Play(events, c)
	require.NoError(t, c.Close())
	return out.Bytes()
}

func TestScenariosInPlainLines(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		t.Run(name, func(t *testing.T) {
			text := plain(t, eventtest.Scenario(t, name), console.Options{})
			eventtest.Golden(t, *update, name+".txt", text)
			assert.NotContains(t, string(text), "\x1b", "no escape sequences without colour")
		})
	}
}

func TestColour(t *testing.T) {
	text := plain(t, eventtest.Scenario(t, "failed"), console.Options{Color: true})
	eventtest.Golden(t, *update, "failed.color.txt", text)
}

func TestVerbose(t *testing.T) {
	text := plain(t, eventtest.Scenario(t, "passed"), console.Options{Verbose: true})
	eventtest.Golden(t, *update, "passed.verbose.txt", text)
}

func TestTextOfOthersCannotDriveTheTerminal(t *testing.T) {
	events := []event.Event{{Body: event.Notice{Text: "a\x1b[2Jb\rc\u009bd"}}}
	text := string(plain(t, events, console.Options{}))
	assert.Contains(t, text, "note: a\uFFFD[2Jb\uFFFDc\uFFFDd\n")
}

// TestPlannedAgain: what was planned when the environment was up stands in the log as a
// plan would have shown it.
func TestPlannedAgain(t *testing.T) {
	script := []byte(`
{"at":0,"type":"experiment_started","experiment":"experiment.a"}
{"at":61.5,"type":"fault_planned","experiment":"experiment.a","fault":"fault.kill","fault_type":"kubernetes_pod_kill","reason":"the plan could not know its targets","effect":"deletes each pod","targets":[{"kind":"pod","name":"shop/payments-1","uid":"62ab1e48","owner":"deployment/payments"}],"eligible":1,"population":7,"radius":["1 of 1 pod of deployment/payments"],"undo":"their controllers replace them","guard":"their controllers","permissions":[{"action":"delete pods in shop","held":true},{"action":"list nodes","held":false,"detail":"Ask."}],"warnings":[{"summary":"A service would have no ready endpoints","detail":"All are hit: shop/payments (1 endpoint)."}],"source":{"file":"shop.gameday.hcl","line":20,"end_line":20}}
{"at":62,"type":"notice","experiment":"experiment.a","text":"fault.kill acts on other targets than the plan showed:\npod/shop/b (UID u2)"}
{"at":62,"type":"phase_started","experiment":"experiment.a","phase":"baseline","expected_seconds":3}
`)
	events := eventtest.Parse(t, script)
	eventtest.Golden(t, *update, "planned.txt", plain(t, events, console.Options{Width: 100}))
	assert.Contains(t, string(plain(t, events, console.Options{Color: true})), "\x1b[")
}

func TestSilenceIsBroken(t *testing.T) {
	script := []byte(`
{"at":0,"type":"experiment_started","experiment":"experiment.a"}
{"at":9,"type":"progress","experiment":"experiment.a","phase":"hold","remaining_seconds":51}
{"at":10,"type":"progress","experiment":"experiment.a","phase":"hold","remaining_seconds":50,"series":[{"name":"probe.a","count":5,"success_ratio":0.9999,"p99_seconds":0.2}]}
{"at":11,"type":"progress","experiment":"experiment.a","phase":"hold","remaining_seconds":49}
{"at":20,"type":"progress","experiment":"experiment.a","phase":"hold","remaining_seconds":40}
`)
	text := string(plain(t, eventtest.Parse(t, script), console.Options{}))
	assert.Contains(t, text, "   10.0s    … hold, 50.0 s left · probe.a 99.9 % p99 200 ms\n   20.0s    … hold, 40.0 s left\n")
	assert.NotContains(t, text, " 9.0s")
	assert.NotContains(t, text, "11.0s")
}

// brokenPipe fails every write.
type brokenPipe struct{ writes int }

func (p *brokenPipe) Write([]byte) (int, error) {
	p.writes++
	return 0, errors.New("broken pipe")
}

func TestABrokenPipeIsReportedOnce(t *testing.T) {
	pipe := &brokenPipe{}
	c := console.New(console.Options{Out: pipe})
	eventtest.Play(eventtest.Scenario(t, "passed"), c)
	assert.ErrorContains(t, c.Close(), "writing to the console: broken pipe")
	assert.Equal(t, 1, pipe.writes)
}

func TestCloseTwice(t *testing.T) {
	var out bytes.Buffer
	c := console.New(console.Options{Out: &out, Live: true})
	c.Emit(event.Event{Body: event.RunFinished{Verdict: verdict.Passed}})
	require.NoError(t, c.Close())
	length := out.Len()
	require.NoError(t, c.Close())
	assert.Equal(t, length, out.Len())
}

// TestTheEndOfAnExperimentTellsWhatWasNotTold: the other reasons were told when it happened.
func TestTheEndOfAnExperimentTellsWhatWasNotTold(t *testing.T) {
	events := []event.Event{{Body: event.ExperimentFinished{
		Experiment: "experiment.a", Verdict: verdict.Failed, Seconds: 2, Reasons: []string{"told", "told too", "not told\nat all"},
		Findings: []event.Finding{
			{Verdict: verdict.Failed, Reason: "told", Told: true},
			{Verdict: verdict.Failed, Reason: "told too", Told: true},
			{Verdict: verdict.Inconclusive, Reason: "not told\nat all", About: "load.b"},
		},
	}}}
	text := string(plain(t, events, console.Options{}))
	assert.Equal(t, "    0.0s  ✗ experiment.a failed in 2.0 s: told\n              ! not told\n", text)
}

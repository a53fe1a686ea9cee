package engine_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// experiment is a configuration whose parts a test replaces by name.
const experiment = `
environment "fake" "w" {}

experiment "x" {
  environment = environment.w
  #LOAD
  steady_state {
    baseline = "2s"
    probe "fake" "p" {
      interval = "100ms"
      timeout  = "500ms"
    }
    assert "available" {
      #ASSERT
      condition     = probe.p.success_ratio >= 0.99
      error_message = "ratio ${probe.p.success_ratio}"
    }
    recovery {
      within = "5s"
      hold   = "1s"
    }
  }
  fault "fake_break" "a" {
    name     = "a"
    duration = "3s"
  }
  #MORE
}
`

// with replaces placeholders.
func with(pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "#" + pairs[i]
	}
	return strings.NewReplacer(pairs...).Replace(experiment)
}

// unmeasured is an experiment without a baseline.
func unmeasured(text string) string {
	return strings.Replace(text, `baseline = "2s"`, `baseline = "0s"`, 1)
}

// tolerant is an experiment that does not mind the fault.
func tolerant(more string) string {
	return with("ASSERT", `phases = ["baseline", "recovery"]`, "MORE", more)
}

func TestVerdicts(t *testing.T) {
	const second = `
  fault "fake_break" "b" {
    name     = "b"
    delay    = "1s"
    duration = "3s"
  }`
	cases := map[string]struct {
		text     string
		world    func(*world)
		verdict  verdict.Verdict
		code     int
		reason   string
		injected bool
	}{
		"passed":                        {tolerant(""), nil, verdict.Passed, 0, "", true},
		"two faults":                    {tolerant(second), nil, verdict.Passed, 0, "", true},
		"assertion broken":              {with(), nil, verdict.Failed, 3, "assert.available in the fault phase: ratio 0", true},
		"windowed assertion broken":     {with("ASSERT", `window = "1s"`), nil, verdict.Failed, 3, "assert.available in the fault phase", true},
		"window never full":             {with("ASSERT", `window = "1m"`), nil, verdict.Inconclusive, 5, "no window of 1m0s was full", false},
		"too few samples":               {with("ASSERT", `min_samples = 1000`), nil, verdict.Inconclusive, 5, "at least 1000 are needed", false},
		"no evidence":                   {tolerant(""), func(w *world) { w.noEvidence = true }, verdict.Inconclusive, 5, "showed no evidence", true},
		"no baseline":                   {unmeasured(with("ASSERT", `phases = ["recovery"]`)), nil, verdict.Passed, 0, "", true},
		"nothing but a baseline, of 0s": {unmeasured(with("ASSERT", `phases = ["baseline"]`)), nil, verdict.Inconclusive, 5, "no assertion was judged", true},
		"unsteady baseline":             {with(), func(w *world) { w.broken["before"] = true }, verdict.Unsteady, 6, "in the baseline phase", false},
		"injection fails":               {tolerant(""), func(w *world) { w.injectErr = errors.New("no way") }, verdict.Errored, 1, "fault.a could not be injected: no way", true},
		"injection panics":              {tolerant(""), func(w *world) { w.panicInject = true }, verdict.Errored, 1, "the provider panicked: inject", true},
		"revert needs several attempts": {tolerant(""), func(w *world) { w.stuck = 3 }, verdict.Passed, 0, "", true},
		"revert never works":            {tolerant(""), func(w *world) { w.stuck = -1 }, verdict.Errored, 4, "fault.a could not be reverted", true},
		"revert panics":                 {tolerant(""), func(w *world) { w.panicRevert = true }, verdict.Errored, 4, "the provider panicked: revert", true},
		"rollback fails":                {tolerant("rollback {\n action \"fake\" \"r\" { fail = true }\n}"), nil, verdict.Errored, 4, "the rollback's action.r failed: no", true},
		"environment does not come up":  {strings.Replace(tolerant(""), `"w" {}`, `"w" { fail = true }`, 1), nil, verdict.Errored, 1, "It did not come up", false},
		"targets changed":               {tolerant(""), func(w *world) { w.drift = true }, verdict.Errored, 1, "plan again", false},
		"stop condition": {
			tolerant("stop_condition \"s\" {\n condition = probe.p.success_ratio < 0.5\n window = \"1s\"\n error_message = \"enough\"\n}"),
			nil, verdict.Failed, 3, "enough", true,
		},
		"load not reached": {
			with("ASSERT", `phases = ["baseline"]`, "LOAD", `load "fake" "l" {}`),
			func(w *world) { w.unsent = true }, verdict.Inconclusive, 5, "requests that were due during the fault", true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.text)
			if c.world != nil {
				c.world(b.world)
			}
			synctest.Test(t, func(t *testing.T) {
				result := b.run(t.Context())
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				assert.Equal(t, c.verdict, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
				assert.Equal(t, c.code, result.ExitCode)
				assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), c.reason)
				assert.Equal(t, c.injected, len(b.order) > 0, "what happened: %q", b.order)
				if !result.Dirty && c.verdict != verdict.Unsteady {
					assert.True(t, b.clean(), "nothing is left")
				}
			})
		})
	}
}

// TestDirtyIsMended: what a run could not undo, recover does, from the journal
// alone.
func TestDirtyIsMended(t *testing.T) {
	b := newBench(t, tolerant(""))
	b.stuck, b.stays = -1, true
	synctest.Test(t, func(t *testing.T) {
		result := b.run(t.Context())
		require.True(t, result.Dirty)
		assert.Equal(t, []string{"gameday recover r1"}, result.Mend)
		assert.False(t, b.clean())

		assert.Len(t, b.recovered(t.Context()).Left, 2)
		for _, reverted := range all[event.FaultReverted](b.events) {
			assert.Equal(t, "gameday recover r1", reverted.Mend)
		}
		assert.Equal(t, []string{"gameday recover r1"}, b.lastFinish().Mend)

		b.stuck, b.stays = 0, false
		done := b.recovered(t.Context())
		assert.Equal(t, 1, done.Faults)
		assert.Equal(t, 1, done.Environments)
		assert.Empty(t, done.Left)
		assert.True(t, b.clean())
		assert.Empty(t, b.lastFinish().Mend)
		replay, err := journal.Read(b.dir)
		require.NoError(t, err)
		assert.Equal(t, string(result.Verdict), replay.Finished.Verdict, "mending does not change what the run found")
	})
}

// TestAbort stops a run at every moment: everything is undone, and the exit code
// is the signal's.
func TestAbort(t *testing.T) {
	for _, after := range []time.Duration{0, time.Second, 2500 * time.Millisecond, 4900 * time.Millisecond, 5500 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			b := newBench(t, tolerant("rollback {\n action \"fake\" \"r\" {}\n}"))
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(after, func() { cancel(&engine.AbortError{Signal: syscall.SIGTERM}) })
				result := b.run(ctx)
				assert.Equal(t, 143, result.ExitCode)
				assert.Equal(t, verdict.Aborted, result.Verdict)
				assert.True(t, b.clean())
			})
		})
	}
}

// TestJournalComesFirst: an entry that cannot be written keeps what it announces
// from happening, whichever it is.
func TestJournalComesFirst(t *testing.T) {
	for _, kind := range []journal.Type{journal.EnvironmentPrepared, journal.EnvironmentUp, journal.FaultPrepared, journal.FaultInjected} {
		t.Run(string(kind), func(t *testing.T) {
			b := newBench(t, tolerant(""))
			b.wrap = func(next engine.Journal) engine.Journal { return failing{next, kind} }
			synctest.Test(t, func(t *testing.T) {
				result := b.run(t.Context())
				assert.Equal(t, verdict.Errored, result.Verdict)
				assert.True(t, b.clean())
				if kind != journal.FaultInjected {
					assert.Empty(t, b.order, "nothing was injected")
				}
			})
		})
	}
}

type failing struct {
	engine.Journal
	on journal.Type
}

func (f failing) Append(kind journal.Type, data any) error {
	if kind == f.on {
		return errors.New("the disk is full")
	}
	return f.Journal.Append(kind, data)
}

func TestRevertsInReverse(t *testing.T) {
	b := newBench(t, tolerant(`
  fault "fake_break" "b" {
    name       = "b"
    depends_on = [fault.a]
    duration   = "2950ms"
  }
  fault "fake_break" "short" {
    name     = "short"
    delay    = "10ms"
    duration = "500ms"
  }`))
	synctest.Test(t, func(t *testing.T) {
		result := b.run(t.Context())
		assert.Equal(t, verdict.Passed, result.Verdict)
		assert.Equal(t, []string{"inject a", "inject b", "inject short", "revert short", "revert b", "revert a"}, b.order)
	})
}

func TestRecoveredTellsWhen(t *testing.T) {
	b := newBench(t, tolerant(""))
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		recovered := all[event.Recovered](b.events)
		require.Len(t, recovered, 1)
		assert.InDelta(t, 0, recovered[0].Seconds, 0.2)
	})
}

// TestSlowAnswersCount: answers that come after the fault phase belong to it, as
// they were due in it.
func TestSlowAnswersCount(t *testing.T) {
	b := newBench(t, with("ASSERT", `phases = ["fault"]`))
	b.hang = 400 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		for _, judged := range all[event.AssertionJudged](b.events) {
			assert.Equal(t, event.Broken, judged.Outcome)
			assert.InDelta(t, 30, judged.Samples, 2, "3 s at 10 a second, none lost")
		}
	})
}

func TestUnjudgedAssertionsAreNamed(t *testing.T) {
	b := newBench(t, with())
	b.broken["before"] = true
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		outcomes := map[string]event.Outcome{}
		for _, judged := range all[event.AssertionJudged](b.events) {
			outcomes[judged.Phase] = judged.Outcome
		}
		assert.Equal(t, map[string]event.Outcome{"baseline": event.Broken, "fault": event.NotJudged, "recovery": event.NotJudged}, outcomes)
	})
}

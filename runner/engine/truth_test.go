package engine_test

import (
	"errors"
	"strings"
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

// TestNothingPassesWithoutProof is every way we know of in which an experiment
// could look good and prove nothing.
func TestNothingPassesWithoutProof(t *testing.T) {
	const slow = `window = "1s"`
	// The fault comes late, so that there are windows in which all is well, and
	// then nothing is answered any more.
	late := func(text, timeout string) string {
		return strings.NewReplacer(`"500ms"`, `"`+timeout+`"`, `"fake_break" "a" {`, `"fake_break" "a" {`+"\n delay = \"1500ms\"").Replace(text)
	}
	load := with("ASSERT", `phases = ["baseline", "recovery"]`, "LOAD", `load "fake" "l" {}`)
	const stop = "stop_condition \"s\" {\n condition = probe.p.success_ratio < 0.5\n window = \"1s\"\n error_message = \"enough\"\n}"
	cases := map[string]struct {
		text    string
		world   func(*world)
		verdict verdict.Verdict
		reason  string
	}{
		"the fault ends before its time": {
			tolerant(""), func(w *world) { w.lasts = 2 * time.Second },
			verdict.Inconclusive, "fault.a was absent 3s after its injection, before its revert: something else ended it",
		},
		"the fault never was there": {
			tolerant(""), func(w *world) { w.lasts = -1 },
			verdict.Inconclusive, "fault.a was absent 3s after its injection and showed no evidence",
		},
		"the fault is out of sight": {
			tolerant(""), func(w *world) { w.blind = 2 * time.Second },
			verdict.Inconclusive, "fault.a could not be seen when its time was over",
		},
		"windows of requests that hang": {
			late(with("ASSERT", slow), "2s"), func(w *world) { w.hang = time.Hour },
			verdict.Failed, "assert.available in the fault phase: ratio",
		},
		"requests that hang until the fault is over": {
			late(with("ASSERT", slow), "20s"), func(w *world) { w.hang = time.Hour },
			verdict.Failed, "assert.available in the fault phase: ratio",
		},
		"a stop condition that is seen afterwards": {
			late(tolerant(stop), "20s"), func(w *world) { w.hang = time.Hour },
			verdict.Failed, "enough",
		},
		"a recovery that takes too long, behind answers that take longer": {
			late(tolerant(""), "20s"), func(w *world) { w.hang, w.sore = time.Hour, 10*time.Second },
			verdict.Failed, "assert.available in the recovery phase",
		},
		"a rollback that harms": {
			tolerant("rollback {\n action \"fake\" \"r\" {}\n}"), func(w *world) { w.harms = true },
			verdict.Failed, "assert.available in the recovery phase",
		},
		"a rollback that takes longer than the recovery may": {
			tolerant("rollback {\n action \"fake\" \"r\" {}\n}"), func(w *world) { w.rolls = 7 * time.Second },
			verdict.Inconclusive, "no window of 1s began within 5s of the revert (recovery.within): the actions of the rollback took 7s",
		},
		"windows of a recovery that hold late in the hold alone": {
			strings.Replace(with("ASSERT", `window = "1s"
phases = ["baseline", "recovery"]`), `hold   = "1s"`, `hold   = "4s"`, 1), func(w *world) { w.sore = 8 * time.Second },
			verdict.Failed, "assert.available in the recovery phase",
		},
		"a fault that was never injected": {
			tolerant("fault \"fake_break\" \"b\" {\n name = \"b\"\n depends_on = [fault.a]\n}"), func(w *world) { w.noEvidence = true },
			verdict.Inconclusive, "fault.b was not injected, so that there is no evidence of an effect: fault.a never became active",
		},
		"a load that ends by itself": {load, func(w *world) { w.tired = true }, verdict.Errored, "load.l stopped measuring: it ended before it was told to"},
		"a load that offers nothing": {load, func(w *world) { w.lazy = true }, verdict.Inconclusive, "load.l offered no request during the fault"},
		"nothing to judge": {
			strings.ReplaceAll(with("ASSERT", `phases = ["fault"]`), "fault \"fake_break\" \"a\" {\n", "fault \"fake_break\" \"a\" {\n for_each = toset([])\n"), nil,
			verdict.Inconclusive, "no assertion was judged",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ending(t, c.text, c.world, func(b *bench, finished event.ExperimentFinished) {
				assert.Equal(t, c.verdict, finished.Verdict, "reasons: %q", finished.Reasons)
				assert.Contains(t, strings.Join(finished.Reasons, "\n"), c.reason)
				assert.True(t, b.clean())
			})
		})
	}
}

// TestDependencyThatIsOver: what a fault depends on was proven, and has ended
// before the fault's turn. It is injected all the same.
func TestDependencyThatIsOver(t *testing.T) {
	text := tolerant(`
  fault "fake_break" "b" {
    name     = "b"
    duration = "1s"
  }
  fault "fake_break" "c" {
    name       = "c"
    depends_on = [fault.a, fault.b]
    duration   = "1s"
  }`)
	for range 8 { // which of two ready channels select takes is a toss
		b := newBench(t, text)
		b.shy = "a"
		synctest.Test(t, func(t *testing.T) {
			assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
			assert.Contains(t, b.order, "inject c")
		})
	}
}

// TestStopAtTheEnd: a stop condition that is broken while the phase is ending
// counts as often as it happens, not when the scheduler likes.
func TestStopAtTheEnd(t *testing.T) {
	for range 8 {
		b := newBench(t, tolerant("stop_condition \"s\" {\n condition = probe.p.success_ratio < 0.5\n window = \"3s\"\n error_message = \"enough\"\n}"))
		synctest.Test(t, func(t *testing.T) {
			assert.Equal(t, verdict.Failed, b.run(t.Context()).Verdict)
			assert.Len(t, all[event.StopTriggered](b.events), 1)
		})
	}
}

// TestEveryStopIsBooked: two come true by the answers that are there, and one by all of them. None is lost, and the certain one decides.
func TestEveryStopIsBooked(t *testing.T) {
	const doubtful, certain = "min_samples = 12", "min_samples = 13\nwindow = \"2s\""
	b := newBench(t, strings.Replace(tolerant(stopping("a", "probe.p.success_ratio < 0.2", doubtful)+
		stopping("b", "probe.p.success_ratio < 0.2", doubtful)+stopping("c", "probe.p.success_ratio < 0.6", certain)), `"500ms"`, `"5s"`, 1))
	slowHalf(2)(b.world)
	synctest.Test(t, func(t *testing.T) {
		result := b.run(t.Context())
		var conditions []string
		for _, stop := range all[event.StopTriggered](b.events) {
			conditions = append(conditions, stop.Condition)
		}
		assert.Equal(t, []string{"stop_condition.a", "stop_condition.b", "stop_condition.c"}, conditions)
		assert.Equal(t, verdict.Failed, result.Verdict)
	})
}

// TestStopWhileAFaultWaits: what is broken stops the experiment at once, and not
// only when the last fault is in place.
func TestStopWhileAFaultWaits(t *testing.T) {
	b := newBench(t, tolerant("stop_condition \"s\" {\n condition = probe.p.success_ratio < 0.5\n window = \"1s\"\n error_message = \"enough\"\n}"+
		"\nfault \"fake_break\" \"b\" {\n name = \"b\"\n delay = \"1m\"\n}"))
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		assert.Equal(t, verdict.Failed, b.run(t.Context()).Verdict)
		assert.Equal(t, []string{"inject a", "revert a"}, b.order)
		assert.Less(t, time.Since(started), 10*time.Second)
	})
}

// TestRecoveryIsCountedFromTheRevert, however long the answers of the fault
// phase are waited for.
func TestRecoveryIsCountedFromTheRevert(t *testing.T) {
	b := newBench(t, strings.Replace(tolerant(""), `"500ms"`, `"20s"`, 1))
	b.hang = time.Hour
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
		recovered := all[event.Recovered](b.events)
		require.Len(t, recovered, 1)
		assert.InDelta(t, 0, recovered[0].Seconds, 0.2)
	})
}

// TestRecoveryCountsFromTheFirstSteadyMoment: what is broken early in the hold is, also for windows shorter than the hold.
func TestRecoveryCountsFromTheFirstSteadyMoment(t *testing.T) {
	b := newBench(t, strings.Replace(with("ASSERT", `window = "1s"
phases = ["baseline", "recovery"]`), `hold   = "1s"`, `hold   = "4s"`, 1))
	b.sore = 2 * time.Second
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
		recovered := all[event.Recovered](b.events)
		require.Len(t, recovered, 1)
		assert.InDelta(t, 2, recovered[0].Seconds, 0.2)
	})
}

// TestSharedEnvironment: what has failed once is not tried again, and everyone
// who needs it says so.
func TestSharedEnvironment(t *testing.T) {
	cases := map[string]struct {
		text string
		set  func(*bench)
	}{
		"does not come up":        {strings.Replace(environments, `"one" {}`, `"one" { fail = true }`, 1), func(*bench) {}},
		"does not fit when it is": {environments, func(b *bench) { b.refuse = errors.New("it does not fit") }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.text+twin("a", "one", "")+twin("b", "one", ""))
			c.set(b)
			synctest.Test(t, func(t *testing.T) {
				result := b.run(t.Context())
				assert.Equal(t, 1, result.ExitCode)
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 2)
				for _, x := range finished {
					assert.Equal(t, verdict.Errored, x.Verdict)
				}
				assert.Contains(t, finished[1].Reasons[0], "environment.one had failed before and is not tried again")
				assert.Equal(t, 1, b.ups)
				assert.Equal(t, 1, b.downs)
				assert.Empty(t, b.order, "nothing was injected")
				assert.True(t, b.clean())
			})
		})
	}
}

// TestNothingOnTopOfWhatIsLeft: where a fault could not be undone, nothing else
// is injected; elsewhere the run goes on.
func TestNothingOnTopOfWhatIsLeft(t *testing.T) {
	b := newBench(t, environments+twin("a", "one", "")+twin("b", "one", "")+twin("c", "two", ""))
	b.stuck = -1
	synctest.Test(t, func(t *testing.T) {
		result := b.run(t.Context())
		assert.Equal(t, 4, result.ExitCode)
		verdicts := map[string]verdict.Verdict{}
		for _, x := range all[event.ExperimentFinished](b.events) {
			verdicts[x.Experiment] = x.Verdict
		}
		assert.Equal(t, map[string]verdict.Verdict{
			"experiment.a": verdict.Errored, "experiment.b": verdict.Skipped, "experiment.c": verdict.Errored,
		}, verdicts)
		assert.NotContains(t, b.order, "inject b")
	})
}

// TestJournalOnTheWayBack: an entry on which no undo depends changes nothing but
// a notice, whichever it is.
func TestJournalOnTheWayBack(t *testing.T) {
	for _, kind := range []journal.Type{journal.FaultActive, journal.FaultReverting, journal.FaultReverted, journal.EnvironmentDown, journal.RunFinished} {
		t.Run(string(kind), func(t *testing.T) {
			b := newBench(t, tolerant(""))
			b.wrap = func(next engine.Journal) engine.Journal { return failing{next, kind} }
			synctest.Test(t, func(t *testing.T) {
				result := b.run(t.Context())
				assert.Equal(t, verdict.Passed, result.Verdict)
				assert.Equal(t, 0, result.ExitCode)
				assert.True(t, b.clean())
				notices := all[event.Notice](b.events)
				require.Len(t, notices, 1)
				assert.Contains(t, notices[0].Text, "the disk is full")
			})
		})
	}
}

package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// onLoad is an experiment with one assertion, about its load.
func onLoad(arguments string) string {
	return strings.NewReplacer("probe.p.success_ratio >= 0.99", "load.l.success_ratio >= 0.9", "ratio ${probe.p.success_ratio}", "too bad").
		Replace(with("ASSERT", arguments, "LOAD", `load "fake" "l" {}`))
}

// held is a load of which only every tenth request is sent from one moment to another.
func held(from, to time.Duration) func(*world) {
	return func(w *world) {
		w.offers = func(at time.Duration, n int) *providers.LoadSample {
			if at >= from && at < to && n%10 != 0 {
				return &providers.LoadSample{Error: "not sent: gameday was held up"}
			}
			return &providers.LoadSample{OK: true, Sent: true}
		}
	}
}

// lost is a probe of which only every tenth sample is known from one moment to another.
func lost(from, to time.Duration) func(*world) {
	return func(w *world) {
		w.answers = func(_ context.Context, at time.Duration, n int) providers.Sample {
			if at >= from && at < to && n%10 != 0 {
				return providers.Sample{Lost: true, Error: "the prober was replaced"}
			}
			return providers.Sample{OK: true}
		}
	}
}

// TestEnoughMustBeKnownInAllPhases: the few requests that came through, and the few samples that are left, may be the
// good ones. The recovery of these experiments begins after 5 s, and ends after 11 s at most.
func TestEnoughMustBeKnownInAllPhases(t *testing.T) {
	load := onLoad(`phases = ["baseline", "recovery"]`)
	probe := strings.Replace(tolerant(""), `interval = "100ms"`, `interval = "10ms"`, 1)
	const unsent, unseen = "load.l sent only 10 of the 100 requests that were due in the last 1s", "probe.p could not measure 90 of the 100 times that were due in the last 1s"
	check(t, map[string]demand{
		"a load in the recovery":          {load, held(5*time.Second, ever), verdict.Inconclusive, "assert.available in the recovery phase: " + unsent},
		"a load as it begins to recover":  {load, held(5*time.Second, 7*time.Second), verdict.Passed, ""},
		"a load in the baseline":          {load, held(0, 2*time.Second), verdict.Inconclusive, "requests that were due during the baseline (at least 95 % are needed): not sent: gameday was held up"},
		"a probe in the recovery":         {probe, lost(5*time.Second, ever), verdict.Inconclusive, "assert.available in the recovery phase: " + unseen},
		"a probe as it begins to recover": {probe, lost(5*time.Second, 7*time.Second), verdict.Passed, ""},
		"a probe in the baseline":         {probe, lost(0, 2*time.Second), verdict.Inconclusive, "probe.p could not measure 180 of the 200 times that were due during the baseline"},
	})
}

// TestNothingIsInjectedWithoutABaseline that is known.
func TestNothingIsInjectedWithoutABaseline(t *testing.T) {
	b := newBench(t, onLoad(`phases = ["baseline", "recovery"]`))
	held(0, 2*time.Second)(b.world)
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		assert.Empty(t, b.order)
	})
}

// TestALoadThatBecomesThin: windows with enough requests hold until the fault comes, and then none has enough.
func TestALoadThatBecomesThin(t *testing.T) {
	text := strings.NewReplacer(`duration = "3s"`, "duration = \"20s\"\n    delay = \"13s\"").Replace(onLoad("phases = [\"fault\"]\nwindow = \"2s\""))
	thin := func(from time.Duration) func(*world) {
		return func(w *world) {
			w.offers = func(at time.Duration, n int) *providers.LoadSample {
				if at < from && n%2 == 0 || n%50 == 0 {
					return &providers.LoadSample{OK: at < 15*time.Second, Sent: true}
				}
				return nil
			}
		}
	}
	check(t, map[string]demand{
		"before the fault":        {text, thin(9 * time.Second), verdict.Inconclusive, "of the 33s are in no window of 2s with enough samples"},
		"never, so that it shows": {text, thin(time.Hour), verdict.Failed, "assert.available in the fault phase: too bad"},
	})
}

// TestRecoveryWaitsForItsLastAnswers: with ten samples in a window, each is needed.
func TestRecoveryWaitsForItsLastAnswers(t *testing.T) {
	b := newBench(t, tolerant(""))
	b.answers = func(ctx context.Context, _ time.Duration, _ int) providers.Sample {
		_ = sleepFor(ctx, 150*time.Millisecond)
		return providers.Sample{OK: true}
	}
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
		recovered := all[event.Recovered](b.events)
		require.Len(t, recovered, 1)
		assert.InDelta(t, 0, recovered[0].Seconds, 0.2)
	})
}

// slowHalf has some samples fail at once while the world is broken, and the others answered well after 3 s: one of so
// many.
func slowHalf(of int) func(*world) {
	return func(w *world) {
		w.answers = func(ctx context.Context, _ time.Duration, n int) providers.Sample {
			if w.ok() {
				return providers.Sample{OK: true}
			}
			if n%of != 0 {
				return providers.Sample{Error: "refused"}
			}
			_ = sleepFor(ctx, 3*time.Second)
			return providers.Sample{OK: ctx.Err() == nil}
		}
	}
}

// TestStopsByWhatIsThereAreJudgedAgain: who answers at once may be those who refuse. To stop for it is right, to fail is
// not.
func TestStopsByWhatIsThereAreJudgedAgain(t *testing.T) {
	text := func(arguments string) string {
		return strings.Replace(tolerant(stopping("s", "probe.p.success_ratio < 0.2", "min_samples = 5\n"+arguments)), `"500ms"`, `"5s"`, 1)
	}
	slowRevert := func(w *world) { slowHalf(2)(w); w.stuck = 14 }
	const doubted = "stop_condition.s was true by the answers that were there "
	check(t, map[string]demand{
		"half of them come later":                 {text(`window = "2s"`), slowHalf(2), verdict.Inconclusive, doubted + "2s after the fault phase began"},
		"half of them, without a window":          {text(""), slowHalf(2), verdict.Inconclusive, "(probe.p.success_ratio was 0."},
		"half of them, and a revert that is slow": {text(`window = "2s"`), slowRevert, verdict.Inconclusive, "(probe.p.success_ratio was 0.55)"},
		"one of ten comes later":                  {text(`window = "2s"`), slowHalf(10), verdict.Failed, "enough"},
		"one of ten, without a window":            {text(""), slowHalf(10), verdict.Failed, "enough"},
	})
}

// TestStopsByWhatIsThereAreAtOnce: what may be too much is reverted before all answers are there.
func TestStopsByWhatIsThereAreAtOnce(t *testing.T) {
	b := newBench(t, strings.Replace(tolerant(stopping("s", "probe.p.success_ratio < 0.2", "min_samples = 5\nwindow = \"2s\"")), `"500ms"`, `"5s"`, 1))
	slowHalf(2)(b.world)
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		stopped, reverted := at[event.StopTriggered](b.events), at[event.FaultReverted](b.events)
		assert.Less(t, stopped.Sub(b.began), 2100*time.Millisecond)
		assert.Less(t, reverted.Sub(stopped), 100*time.Millisecond)
	})
}

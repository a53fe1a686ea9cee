package engine_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// demand is an experiment of a world, and what becomes of it.
type demand struct {
	text    string
	world   func(*world)
	verdict verdict.Verdict
	reason  string // empty: none at all
}

func check(t *testing.T, cases map[string]demand) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ending(t, c.text, c.world, func(b *bench, finished event.ExperimentFinished) {
				assert.Equal(t, c.verdict, finished.Verdict, "reasons: %q", finished.Reasons)
				assert.Contains(t, strings.Join(finished.Reasons, "\n"), c.reason)
				assert.Equal(t, c.reason == "", len(finished.Reasons) == 0, "reasons: %q", finished.Reasons)
				assert.True(t, b.clean())
			})
		})
	}
}

// ending runs a configuration with one experiment, in a world that something was done to, and has its end looked at.
func ending(t *testing.T, text string, harm func(*world), look func(*bench, event.ExperimentFinished)) {
	t.Helper()
	b := newBench(t, text)
	if harm != nil {
		harm(b.world)
	}
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		finished := all[event.ExperimentFinished](b.events)
		require.Len(t, finished, 1)
		look(b, finished[0])
	})
}

// asserting is an experiment with one assertion, about the values that its probe measures unless pairs say otherwise.
func asserting(arguments string, pairs ...string) string {
	return strings.NewReplacer(append(pairs,
		"probe.p.success_ratio >= 0.99", "probe.p.value.max < 10",
		"ratio ${probe.p.success_ratio}", "too much")...).Replace(with("ASSERT", arguments))
}

// stopping is an experiment that does not mind the fault, with a stop condition.
func stopping(name, condition, arguments string) string {
	return "stop_condition \"" + name + "\" {\n condition = " + condition + "\n" + arguments + "\n error_message = \"enough\"\n}\n"
}

// between measures a value from one moment to another, and none at other times. The baseline of these experiments ends
// after 2 s, and their fault after 5 s.
func between(value float64, spans ...time.Duration) func(*world) {
	return func(w *world) {
		w.measures = func(at time.Duration) *float64 {
			for i := 0; i+1 < len(spans); i += 2 {
				if at >= spans[i] && at < spans[i+1] {
					return &value
				}
			}
			return nil
		}
	}
}

const ever = time.Duration(math.MaxInt64)

// TestEvidenceMustLast: a fault that shows nothing any more when its time is over has ended for all that is known.
func TestEvidenceMustLast(t *testing.T) {
	check(t, map[string]demand{
		"to the end": {tolerant(""), nil, verdict.Passed, ""},
		"not to the end": {
			tolerant(""), func(w *world) { w.fades = time.Second },
			verdict.Inconclusive, "fault.a showed no evidence of an effect any more 4s after its injection, before its revert",
		},
		"missed for a moment": {
			tolerant(""), func(w *world) { w.fades, w.returns = 2900*time.Millisecond, 3500*time.Millisecond }, verdict.Passed, "",
		},
		"missed in the middle": {
			tolerant(""), func(w *world) { w.fades, w.returns = time.Second, 2*time.Second }, verdict.Passed, "",
		},
	})
}

// TestNobodyWaitsForEvidenceAfterAStop: what is too much is reverted at once.
func TestNobodyWaitsForEvidenceAfterAStop(t *testing.T) {
	b := newBench(t, tolerant(stopping("s", "probe.p.success_ratio < 0.5", `window = "1s"`)))
	b.fades = 500 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, verdict.Failed, b.run(t.Context()).Verdict)
		stopped, reverted := at[event.StopTriggered](b.events), at[event.FaultReverted](b.events)
		assert.Less(t, reverted.Sub(stopped), 100*time.Millisecond)
	})
}

// at is when an event of a type was emitted first.
func at[T event.Body](r *recorder) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if _, ok := e.Body.(T); ok {
			return e.Time
		}
	}
	return time.Time{}
}

// TestWindowsThatSayNothing: one window that could not be evaluated is not made up for by those that hold.
func TestWindowsThatSayNothing(t *testing.T) {
	windowed := asserting("phases = [\"fault\"]\nwindow = \"1s\"\nmin_samples = 5")
	broken := func(w *world) {
		w.measures = func(at time.Duration) *float64 {
			value := 1.0
			switch {
			case at > 4*time.Second:
				value = 20
			case at > 2500*time.Millisecond:
				return nil
			}
			return &value
		}
	}
	// From 3.5 s on only every fifth sample has a value, and that is too high.
	fewer := func(w *world) {
		w.measures = func(at time.Duration) *float64 {
			value := 1.0
			if at >= 3500*time.Millisecond {
				value = 20
			}
			if value > 1 && at%(500*time.Millisecond) != 0 {
				return nil
			}
			return &value
		}
	}
	mean := strings.ReplaceAll(windowed, "probe.p.value.max", "probe.p.value.mean")
	const nothing = "assert.available in the fault phase: "
	check(t, map[string]demand{
		"many have too few":            {mean, fewer, verdict.Inconclusive, "of the 3s are in no window of 1s with enough samples (at least 95 % must be): "},
		"none at first":                {windowed, between(1, 3*time.Second, ever), verdict.Errored, nothing + "none of 10 samples of probe.p has a value"},
		"all hold":                     {windowed, between(1, 0, ever), verdict.Passed, ""},
		"one in the middle is empty":   {windowed, between(1, 0, 2500*time.Millisecond, 3700*time.Millisecond, ever), verdict.Errored, nothing},
		"one has too few, others hold": {windowed, between(1, 0, 2800*time.Millisecond, 3500*time.Millisecond, ever), verdict.Passed, ""},
		"one is empty, one is broken":  {windowed, broken, verdict.Failed, nothing + "too much"},
	})
}

// TestSamplesMustHaveValues: a condition on values rests on the samples that have one.
func TestSamplesMustHaveValues(t *testing.T) {
	const few = " samples have a value, at least 10 are needed to judge (min_samples)"
	values := asserting(`phases = ["fault"]`)
	onBaseline := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.count > 0 && baseline.p.value.max < 10")
	// Null is different from every number, so that these would hold.
	other := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.value.min != 0")
	otherBefore := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.value.max != 0 && baseline.p.value.max != 10")
	newest := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.last.value != 0")
	same := strings.Replace(newest, "last.value != 0", "last.value == 0", 1)
	either := strings.Replace(newest, "last.value != 0", "last.value != 0 || !probe.p.last.ok", 1)
	message := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.success_ratio < 0.5", "ratio ${probe.p.success_ratio}", "at most ${probe.p.value.max}")
	before := strings.Replace(message, "probe.p.value.max", "baseline.p.value.max", 1)
	const none = " samples of probe.p has a value, so that the condition cannot be evaluated"
	decided := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.success_ratio > 1 && probe.p.value.max != 0")
	onAnswers := asserting(`phases = ["fault"]`, "probe.p.success_ratio >= 0.99", "probe.p.success_ratio < 0.5")
	check(t, map[string]demand{
		"all have":                  {values, between(1, 0, ever), verdict.Passed, ""},
		"enough have":               {values, between(1, 0, 3500*time.Millisecond), verdict.Passed, ""},
		"few have":                  {values, between(1, 0, 2350*time.Millisecond), verdict.Inconclusive, "of 30" + few},
		"none has":                  {values, between(1, 0, 1900*time.Millisecond), verdict.Errored, "assert.available in the fault phase: "},
		"none is not null":          {other, between(1, 0, 1900*time.Millisecond), verdict.Errored, "assert.available in the fault phase: none of 30" + none},
		"none of the baseline":      {otherBefore, between(1, 2*time.Second, ever), verdict.Errored, "assert.available in the fault phase: none of 20" + none},
		"none, and not needed":      {decided, between(1, 0, 1900*time.Millisecond), verdict.Failed, "assert.available in the fault phase: "},
		"none in the newest":        {newest, between(1, 0, 1900*time.Millisecond), verdict.Inconclusive, "the newest sample of probe.p got no answer"},
		"another in the newest":     {same, between(1, 0, 1900*time.Millisecond), verdict.Failed, "assert.available in the fault phase: "},
		"the newest is not needed":  {either, between(1, 0, 1900*time.Millisecond), verdict.Passed, ""},
		"none for the message":      {message, between(1, 0, 1900*time.Millisecond), verdict.Passed, ""},
		"the newest in a message":   {strings.Replace(message, "value.max", "last.value", 1), between(1, 0, 1900*time.Millisecond), verdict.Passed, ""},
		"few for the message":       {message, between(1, 0, 2350*time.Millisecond), verdict.Passed, ""},
		"few before, for a message": {before, between(1, 0, 350*time.Millisecond, 2*time.Second, ever), verdict.Passed, ""},
		"none for a stop condition": {tolerant(stopping("s", "probe.p.value.max != 1", "")), between(1, 0, 1900*time.Millisecond), verdict.Errored, "stop_condition.s was never judged in the fault phase: none of"},
		"the newest, to stop by":    {tolerant(stopping("s", "probe.p.last.value != 1", "")), between(1, 0, 1900*time.Millisecond), verdict.Failed, "enough"},
		"few of the baseline":       {onBaseline, between(1, 0, 350*time.Millisecond, 2*time.Second, ever), verdict.Inconclusive, few},
		"not about values":          {onAnswers, between(1, 0, 2350*time.Millisecond), verdict.Passed, ""},
	})
}

// TestInjectionMustBeQuick: what is measured during the injection is not what the fault does.
func TestInjectionMustBeQuick(t *testing.T) {
	check(t, map[string]demand{
		"all of its time": {
			tolerant(""), func(w *world) { w.slow = 3 * time.Second },
			verdict.Inconclusive, "fault.a was in place only after 3s, when its 3s were over: there is no evidence of an effect in what was measured",
		},
		"most of its time": {tolerant(""), func(w *world) { w.slow = 2500 * time.Millisecond }, verdict.Passed, ""},
	})
}

// TestStopConditionsMustBeJudged: one that was not would have stopped nothing.
func TestStopConditionsMustBeJudged(t *testing.T) {
	const never = "stop_condition.s was never judged in the fault phase: "
	const tooMuch = "probe.p.value.max > 10"
	slow := tolerant(stopping("s", tooMuch, `window = "1s"`))
	check(t, map[string]demand{
		"false": {tolerant(stopping("s", "probe.p.success_ratio > 2", "")), nil, verdict.Passed, ""},
		"window never full": {
			tolerant(stopping("s", "probe.p.success_ratio > 2", `window = "1m"`)), nil,
			verdict.Inconclusive, never + "no window of 1m0s was full",
		},
		"too few samples": {
			tolerant(stopping("s", "probe.p.success_ratio > 2", "min_samples = 1000")), nil,
			verdict.Inconclusive, "at least 1000 are needed to judge (min_samples)",
		},
		"no value":                   {slow, between(1, 0, 1900*time.Millisecond), verdict.Errored, never},
		"no value, then too few":     {slow, between(1, 4600*time.Millisecond, ever), verdict.Errored, never},
		"no value, but not at first": {slow, between(1, 0, 3500*time.Millisecond), verdict.Passed, ""},
		"no value, and then true":    {slow, between(20, 3500*time.Millisecond, ever), verdict.Failed, "enough"},
	})
}

// TestAMessageKeepsNothingFromStopping: it tells of values that hardly any sample has in an outage.
func TestAMessageKeepsNothingFromStopping(t *testing.T) {
	told := strings.Replace(tolerant(stopping("s", "probe.p.success_ratio < 0.2", `window = "2500ms"`)), `"enough"`, `"the newest is ${probe.p.value.last}"`, 1)
	rarely := func(w *world) {
		value := 7.0
		w.measures = func(at time.Duration) *float64 {
			if at%(600*time.Millisecond) != 0 {
				return nil
			}
			return &value
		}
	}
	check(t, map[string]demand{
		"4 of 25 have a value": {told, rarely, verdict.Failed, "the newest is 7"},
		"none has":             {told, between(1), verdict.Failed, "The condition probe.p.success_ratio < 0.2 holds. probe.p.success_ratio is 0.04. Its error_message has no text. probe.p.value.last is null."},
	})
}

// TestOneStopIsEnough: where one has stopped the faults, there was no time to judge the others.
func TestOneStopIsEnough(t *testing.T) {
	for name, window := range map[string]string{"at once": "1s", "at the very end": "3s"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, tolerant(stopping("s", "probe.p.success_ratio < 0.5", `window = "`+window+`"`)+stopping("t", "probe.p.success_ratio > 2", `window = "1m"`)))
			synctest.Test(t, func(t *testing.T) {
				b.run(t.Context())
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				assert.Equal(t, verdict.Failed, finished[0].Verdict)
				assert.Equal(t, []string{"enough"}, finished[0].Reasons)
			})
		})
	}
}

// TestFaultsMustBeJudged: a baseline that held says nothing about faults.
func TestFaultsMustBeJudged(t *testing.T) {
	const nothing = "nothing was judged during the faults or after them"
	baseline := func(more string) string { return with("ASSERT", `phases = ["baseline"]`, "MORE", more) }
	check(t, map[string]demand{
		"the baseline alone":             {baseline(""), nil, verdict.Inconclusive, nothing},
		"the recovery too":               {tolerant(""), nil, verdict.Passed, ""},
		"a stop condition that is false": {baseline(stopping("s", "probe.p.success_ratio > 2", "")), nil, verdict.Passed, ""},
		"nothing injected": {
			strings.ReplaceAll(baseline(""), "fault \"fake_break\" \"a\" {\n", "fault \"fake_break\" \"a\" {\n for_each = toset([])\n"), nil,
			verdict.Passed, "",
		},
	})
}

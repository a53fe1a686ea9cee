package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// found is a finding without its place; of its reason there is the beginning.
func found(v verdict.Verdict, about, reason string) event.Finding {
	return event.Finding{Verdict: v, About: about, Reason: reason}
}

// elsewhere is one that another event tells.
func elsewhere(v verdict.Verdict, reason string) event.Finding {
	return event.Finding{Verdict: v, Reason: reason, Told: true}
}

// TestFindingsSayWhatNoOtherEventTells: reports draw the others from events of their own.
func TestFindingsSayWhatNoOtherEventTells(t *testing.T) {
	idle := stopping("s", "probe.p.success_ratio > 2", "min_samples = 1000")
	load := with("ASSERT", `phases = ["baseline", "recovery"]`, "LOAD", `load "fake" "l" {}`)
	const never, unseen = "stop_condition.s was never judged in the fault phase: ", "fault.a was in place for 3s and showed no evidence"
	doubtful := strings.Replace(tolerant(stopping("s", "probe.p.success_ratio < 0.2", "min_samples = 5\nwindow = \"2s\"")), `"500ms"`, `"5s"`, 1)
	cases := map[string]struct {
		text  string
		world func(*world)
		want  []event.Finding
	}{
		"nothing": {tolerant(""), nil, nil},
		"an assertion": {with(), nil, []event.Finding{
			elsewhere(verdict.Failed, "assert.available in the fault phase: ratio 0"),
		}},
		"no evidence, and a stop condition that was never judged": {tolerant(idle), func(w *world) { w.noEvidence = true }, []event.Finding{
			elsewhere(verdict.Inconclusive, unseen), found(verdict.Inconclusive, "stop_condition.s", never),
		}},
		"the worst first": {with("MORE", idle), nil, []event.Finding{
			elsewhere(verdict.Failed, "assert.available in the fault phase: ratio 0"), found(verdict.Inconclusive, "stop_condition.s", never),
		}},
		"a stop condition": {tolerant(stopping("s", "probe.p.success_ratio < 0.5", `window = "1s"`)), nil, []event.Finding{
			elsewhere(verdict.Failed, "enough"),
		}},
		"one that was not borne out": {doubtful, slowHalf(2), []event.Finding{
			found(verdict.Inconclusive, "stop_condition.s", "stop_condition.s was true by the answers that were there"),
		}},
		"a load that was not sent": {load, func(w *world) { w.unsent = true }, []event.Finding{
			found(verdict.Inconclusive, "load.l", "load.l sent only"),
		}},
		"a load that ends": {load, func(w *world) { w.tired = true }, []event.Finding{
			found(verdict.Errored, "load.l", "load.l stopped measuring: it ended"), found(verdict.Inconclusive, "load.l", "load.l offered no request"),
		}},
		"a probe that was lost": {tolerant(""), func(w *world) { w.unseen = true }, []event.Finding{
			found(verdict.Inconclusive, "probe.p", "probe.p could not measure"),
		}},
		"a probe that panics": {tolerant(""), panicking(4 * time.Second), []event.Finding{
			found(verdict.Errored, "", "probes stopped measuring: probe.p: the probe panicked"),
		}},
		"an injection that fails": {tolerant(""), func(w *world) { w.injectErr = errors.New("no way") }, []event.Finding{
			elsewhere(verdict.Errored, "fault.a could not be injected: no way"),
		}},
		"a revert that fails": {tolerant(""), func(w *world) { w.stuck = -1 }, []event.Finding{
			elsewhere(verdict.Errored, "fault.a could not be reverted: "), elsewhere(verdict.Failed, "assert.available in the recovery phase: ratio 0"),
		}},
		"an action that fails": {tolerant("rollback {\n action \"fake\" \"r\" { fail = true }\n}"), nil, []event.Finding{
			elsewhere(verdict.Errored, "the rollback's action.r failed: no"),
		}},
		"an environment that does not come up": {strings.Replace(tolerant(""), `"w" {}`, `"w" { fail = true }`, 1), nil, []event.Finding{
			found(verdict.Errored, "", "starting environment.w: No world: It did not come up"),
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ending(t, c.text, c.world, func(_ *bench, finished event.ExperimentFinished) { compare(t, c.want, finished) })
		})
	}
}

// compare looks at what an experiment found, and that its reasons are the same.
func compare(t *testing.T, want []event.Finding, end event.ExperimentFinished) {
	t.Helper()
	require.Len(t, end.Findings, len(want), "%+v", end.Findings)
	var reasons []string
	for i, got := range end.Findings {
		reasons = append(reasons, got.Reason)
		assert.True(t, strings.HasPrefix(got.Reason, want[i].Reason), "%q begins with %q", got.Reason, want[i].Reason)
		assert.Equal(t, want[i].About != "", got.Source.Line > 0, "what it is about has a place: %+v", got)
		got.Reason, got.Source = want[i].Reason, event.Source{}
		assert.Equal(t, want[i], got)
	}
	assert.Equal(t, end.Reasons, reasons)
}

// panicking is a probe that panics at that time since the first sample.
func panicking(from time.Duration) func(*world) {
	return func(w *world) {
		w.answers = func(_ context.Context, at time.Duration, _ int) providers.Sample {
			if at >= from && at < from+100*time.Millisecond {
				panic("nil map")
			}
			return providers.Sample{OK: true}
		}
	}
}

// TestFindingsOfWhatWasCutShort: an abort, and what was never begun because of it.
func TestFindingsOfWhatWasCutShort(t *testing.T) {
	b := newBench(t, tolerant("")+"experiment \"y\" {\n environment = environment.w\n depends_on = [experiment.x]\n steady_state {\n baseline = \"1s\"\n"+
		"probe \"fake\" \"p\" {\n interval = \"100ms\"\n }\n assert \"a\" {\n condition = probe.p.success_ratio == 1\n }\n }\n}\n")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { cancel(&engine.AbortError{Reason: "the test stopped it"}) })
		b.run(ctx)
		finished := all[event.ExperimentFinished](b.events)
		require.Len(t, finished, 2)
		compare(t, []event.Finding{found(verdict.Aborted, "", "the test stopped it")}, finished[0])
		compare(t, []event.Finding{found(verdict.Skipped, "", "the run was stopped before it began")}, finished[1])
	})
}

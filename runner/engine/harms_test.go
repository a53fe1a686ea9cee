package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// rollout has fault.a act on something, and the one pod that fault.b was planned on
// replaced by its controller meanwhile.
func rollout(w *world, harmed providers.Target, done *bool) {
	w.replan = func(planned *providers.FaultPlan, _ bool) {
		switch {
		case planned.Targets[0].Name == "a":
			planned.Targets = []providers.Target{harmed}
		case *done:
			planned.Targets = []providers.Target{{Kind: "pod", Name: "shop/checkout-7", UID: "u2", Owner: "deployment/checkout"}}
		default:
			planned.Targets = []providers.Target{{Kind: "pod", Name: "shop/checkout-1", UID: "u1", Owner: "deployment/checkout"}}
		}
	}
}

// TestOnlyWhatWasHarmedMayBeReplaced: that something in the environment was harmed does
// not make a foreign rollout anywhere in it a consequence of the run.
func TestOnlyWhatWasHarmedMayBeReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		harmed providers.Target
		want   verdict.Verdict
	}{
		"another pod of it":         {providers.Target{Kind: "pod", Name: "shop/checkout-2", UID: "u9", Owner: "deployment/checkout"}, verdict.Passed},
		"its deployment":            {providers.Target{Kind: "deployment", Name: "shop/checkout", UID: "u9"}, verdict.Passed},
		"its namespace":             {providers.Target{Kind: "namespace", Name: "shop", UID: "u9"}, verdict.Passed},
		"a node":                    {providers.Target{Kind: "node", Name: "worker", UID: "u9"}, verdict.Passed},
		"a pod of another workload": {providers.Target{Kind: "pod", Name: "shop/storefront-1", UID: "u9", Owner: "deployment/storefront"}, verdict.Errored},
		"another deployment":        {providers.Target{Kind: "deployment", Name: "shop/storefront", UID: "u9"}, verdict.Errored},
		"its like elsewhere":        {providers.Target{Kind: "pod", Name: "canary/checkout-1", UID: "u9", Owner: "deployment/checkout"}, verdict.Errored},
		"a pod that nobody owns":    {providers.Target{Kind: "pod", Name: "shop/bare", UID: "u9"}, verdict.Errored},
	} {
		t.Run(name, func(t *testing.T) {
			w, done := &world{}, false
			rollout(w, c.harmed, &done)
			b := newBenchOf(t, tolerant("")+afterwards(), w)
			synctest.Test(t, func(t *testing.T) {
				second := b.runBoth(t, &done, c.want)
				notices := all[event.Notice](b.events)
				if c.want == verdict.Errored {
					assert.Contains(t, strings.Join(second.Reasons, "\n"), "pod/shop/checkout-7 is new: UID u2")
					assert.Empty(t, notices)
					return
				}
				require.Len(t, notices, 1, "who reads the log learns which targets these are")
				assert.Equal(t, event.Notice{
					Experiment: "experiment.y",
					Text:       "fault.b acts on other targets than the plan showed, as their controllers have replaced what this run had harmed:\npod/shop/checkout-7 (UID u2), owned by deployment/checkout",
				}, notices[0])
			})
		})
	}
}

// runBoth runs two experiments, of which the first passes, and returns how the second ended. Injected is set as soon as a
// fault is in place.
func (b *bench) runBoth(t *testing.T, injected *bool, want verdict.Verdict) (second event.ExperimentFinished) {
	t.Helper()
	b.events.on = func(e event.Event) {
		if _, is := e.Body.(event.FaultInjected); is {
			*injected = true
		}
	}
	b.run(t.Context())
	finished := all[event.ExperimentFinished](b.events)
	require.Len(t, finished, 2)
	assert.Equal(t, verdict.Passed, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
	assert.Equal(t, want, finished[1].Verdict, "reasons: %q", finished[1].Reasons)
	return finished[1]
}

package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// late makes a plan that does not know its targets before the environment is up,
// and finds these then.
func late(p providers.FaultPlan) func(*providers.FaultPlan, bool) {
	return func(planned *providers.FaultPlan, up bool) {
		if !up {
			planned.Targets, planned.Unknown = nil, "environment.w is not up yet"
			return
		}
		planned.Targets, planned.Population, planned.Permissions, planned.Unknown = p.Targets, p.Population, p.Permissions, p.Unknown
	}
}

func pods(names ...string) []providers.Target {
	var out []providers.Target
	for _, name := range names {
		out = append(out, providers.Target{Kind: "pod", Name: name, UID: "uid-" + name})
	}
	return out
}

// What a plan could not know is checked before anything is injected.
func TestWhatThePlanCouldNotKnowIsChecked(t *testing.T) {
	const policy = "policy {\n max_targets_percent = 50\n protected_namespaces = [\"prod\"]\n}\n"
	for name, c := range map[string]struct {
		now    providers.FaultPlan
		reason string // empty: it runs
	}{
		"as much as the policy allows": {providers.FaultPlan{Targets: pods("shop/a"), Population: 2}, ""},
		"more than that": {
			providers.FaultPlan{Targets: pods("shop/a", "shop/b"), Population: 3},
			"Blast radius larger than the policy allows: 2 of 3 targets (66.7 %), where max_targets_percent allows 50 %",
		},
		"a protected namespace": {
			providers.FaultPlan{Targets: pods("prod/a"), Population: 9}, "Protected namespace prod: No fault may act in prod",
		},
		"kube-system": {
			providers.FaultPlan{Targets: pods("kube-system/dns"), Population: 9}, "Protected namespace kube-system",
		},
		"a permission that is not held": {
			providers.FaultPlan{Targets: pods("shop/a"), Population: 9, Permissions: []providers.Permission{{Action: "delete pods in shop", Detail: "Ask for it."}}},
			"Missing permission: delete pods in shop: Ask for it.",
		},
		"targets that are still not known": {providers.FaultPlan{Unknown: "it is dark"}, "its targets are still not known: it is dark"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBenchOf(t, policy+tolerant(""), &world{replan: late(c.now)})
			synctest.Test(t, func(t *testing.T) {
				b.run(t.Context())
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				if c.reason == "" {
					assert.Equal(t, verdict.Passed, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
					return
				}
				assert.Equal(t, verdict.Errored, finished[0].Verdict)
				assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), c.reason)
				assert.Empty(t, b.order, "nothing was injected")
				assert.True(t, b.clean())
			})
		})
	}
}

// A context that the plan did not know, or that is another by now, is held against
// the policy as well.
func TestADeniedContextIsRefusedWhenItIsKnown(t *testing.T) {
	const policy = "policy {\n deny_context = [\"*prod*\"]\n}\n"
	const reason = "environment.w: Denied context eu-prod: deny_context"
	planned := cty.StringVal("staging")
	for name, c := range map[string]struct {
		after, up cty.Value // as planned again, and as it is when it is up
		ups       int
		reason    string // empty: it runs
	}{
		"allowed":                     {planned, planned, 1, ""},
		"another by now":              {cty.StringVal("eu-prod"), cty.StringVal("eu-prod"), 0, reason},
		"known when it is up":         {cty.UnknownVal(cty.String), cty.StringVal("eu-prod"), 1, reason},
		"another than it says before": {planned, cty.StringVal("eu-prod"), 1, reason},
	} {
		t.Run(name, func(t *testing.T) {
			now := planned
			w := &world{context: func(up bool) cty.Value {
				if up {
					return c.up
				}
				return now
			}}
			b := newBenchOf(t, policy+tolerant(""), w)
			now = c.after
			synctest.Test(t, func(t *testing.T) {
				b.run(t.Context())
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				assert.Equal(t, c.ups, w.ups, "an environment in a denied context is not brought up")
				assert.True(t, b.clean())
				if c.reason == "" {
					assert.Equal(t, verdict.Passed, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
					return
				}
				assert.Equal(t, verdict.Errored, finished[0].Verdict)
				assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), c.reason)
				assert.Empty(t, b.order, "nothing was injected")
			})
		})
	}
}

// replaced has a plan's pod deleted and made anew when the environment is up.
func replaced(by providers.Target) func(*providers.FaultPlan, bool) {
	return func(planned *providers.FaultPlan, up bool) {
		planned.Targets = []providers.Target{{Kind: "pod", Name: "shop/db-0", UID: "u1", Owner: "statefulset/db"}}
		if up {
			planned.Targets = []providers.Target{by}
		}
	}
}

func TestATargetOfTheSameNameAndAnotherUIDIsAnotherTarget(t *testing.T) {
	successor := providers.Target{Kind: "pod", Name: "shop/db-0", UID: "u2", Owner: "statefulset/db"}
	b := newBenchOf(t, tolerant(""), &world{replan: replaced(successor)})
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		finished := all[event.ExperimentFinished](b.events)
		assert.Equal(t, verdict.Errored, finished[0].Verdict)
		assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), "target fault.a: pod/shop/db-0 changed: was UID u1, is UID u2")
		assert.Empty(t, b.order)
	})

	b = newBenchOf(t, tolerant(""), &world{replan: replaced(successor)})
	b.allowDrift = true
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
		assert.Equal(t, []providers.Target{successor}, all[event.FaultInjecting](b.events)[0].Targets)
		notices := all[event.Notice](b.events)
		require.Len(t, notices, 1)
		assert.Equal(t, event.Notice{
			Experiment: "experiment.x",
			Text:       "fault.a acts on other targets than the plan showed, allowed by -allow-drift:\npod/shop/db-0 (UID u2), owned by statefulset/db",
		}, notices[0])
	})
}

// TestOtherEndsAreBoundAsTargetsAre: what acts at the other ends of traffic must not act on others than the plan showed.
func TestOtherEndsAreBoundAsTargetsAre(t *testing.T) {
	end := func(uid string) []providers.Target {
		return []providers.Target{{Kind: "pod", Name: "shop/web-0", UID: uid, Owner: "statefulset/web"}}
	}
	moved := func(planned *providers.FaultPlan, up bool) {
		planned.Targets = []providers.Target{{Kind: "pod", Name: "shop/db-0", UID: "u1"}}
		if planned.Ends = end("u8"); up {
			planned.Ends = end("u9")
		}
	}
	b := newBenchOf(t, tolerant(""), &world{replan: moved})
	synctest.Test(t, func(t *testing.T) {
		b.run(t.Context())
		finished := all[event.ExperimentFinished](b.events)
		assert.Equal(t, verdict.Errored, finished[0].Verdict)
		assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), "target fault.a: other end: pod/shop/web-0 changed: was UID u8, is UID u9")
		assert.Empty(t, b.order)
	})

	b = newBenchOf(t, tolerant(""), &world{replan: moved})
	b.allowDrift = true
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
		notices := all[event.Notice](b.events)
		require.Len(t, notices, 1)
		assert.Contains(t, notices[0].Text, "pod/shop/web-0 (UID u9), owned by statefulset/web")
	})
}

// afterwards is a second experiment, y, in the same environment; its fault is called b.
func afterwards() string {
	return strings.NewReplacer("environment \"fake\" \"w\" {}\n", "", `experiment "x"`, `experiment "y"`, `"a"`, `"b"`).Replace(tolerant(""))
}

// TestWhatThisRunHarmedMayBeReplaced: the second experiment meets the successors
// of what the first one killed.
func TestWhatThisRunHarmedMayBeReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		by   providers.Target
		want verdict.Verdict
	}{
		"by the same controller":       {providers.Target{Kind: "pod", Name: "shop/db-7", UID: "u2", Owner: "statefulset/db"}, verdict.Passed},
		"by nobody knows whom":         {providers.Target{Kind: "pod", Name: "shop/db-7", UID: "u2"}, verdict.Errored},
		"by one in another namespace":  {providers.Target{Kind: "pod", Name: "canary/db-0", UID: "u2", Owner: "statefulset/db"}, verdict.Errored},
		"by one of another controller": {providers.Target{Kind: "pod", Name: "shop/cart-0", UID: "u2", Owner: "statefulset/cart"}, verdict.Errored},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			killed := false
			w.replan = func(planned *providers.FaultPlan, up bool) { replaced(c.by)(planned, killed) }
			b := newBenchOf(t, tolerant("")+afterwards(), w)
			synctest.Test(t, func(t *testing.T) {
				b.runBoth(t, &killed, c.want)
			})
		})
	}
}

package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
)

func told(t *testing.T, text string, w *world) []event.FaultPlanned {
	t.Helper()
	b := newBenchOf(t, text, w)
	synctest.Test(t, func(t *testing.T) { b.run(t.Context()) })
	return all[event.FaultPlanned](b.events)
}

// A plan that could be made only when the environment was up is told as a whole, with
// what its provider warned of.
func TestWhatThePlanCouldNotKnowIsTold(t *testing.T) {
	w := &world{
		replan: late(providers.FaultPlan{
			Targets: pods("shop/a"), Population: 2,
			Permissions: []providers.Permission{{Action: "delete pods in shop", Detail: "Ask for it."}},
		}),
		warns: func(up bool) providers.Diagnostics {
			if !up {
				return nil
			}
			return providers.Warningf(nil, "A workload with a single replica", "Nothing stands in for it.")
		},
	}
	planned := told(t, tolerant(""), w)
	require.Len(t, planned, 1, "though the experiment is refused for want of a right")
	assert.NotEmpty(t, planned[0].Source.Line)
	planned[0].Source = event.Source{}
	assert.Equal(t, event.FaultPlanned{
		Experiment: "experiment.x", Fault: "fault.a", Type: "fake_break", Reason: "the plan could not know its targets",
		Effect: "breaks the world", Targets: pods("shop/a"), Eligible: 1, Population: 2, Undo: "mends the world", Guard: "nothing",
		Permissions: []event.Right{{Text: "delete pods in shop", Detail: "Ask for it."}},
		Warnings:    []event.Warning{{Summary: "A workload with a single replica", Detail: "Nothing stands in for it."}},
	}, planned[0])
}

// Nothing is told twice, and nothing that was shown otherwise goes unsaid.
func TestOnlyWhatWasShownOtherwiseIsTold(t *testing.T) {
	warning := providers.Warningf(nil, "Careful", "Do.")
	up := func(change func(*providers.FaultPlan)) func(*providers.FaultPlan, bool) {
		return func(planned *providers.FaultPlan, up bool) {
			if up {
				change(planned)
			}
		}
	}
	for name, c := range map[string]struct {
		world  *world
		reason string // empty: nothing is told
	}{
		"the same":        {&world{warns: func(bool) providers.Diagnostics { return warning }}, ""},
		"another guard":   {&world{replan: up(func(p *providers.FaultPlan) { p.Guard = "" })}, "the plan showed it otherwise: guard"},
		"radius and undo": {&world{replan: up(func(p *providers.FaultPlan) { p.Radius, p.Undo = []string{"all of it"}, "none" })}, "the plan showed it otherwise: radius, undo"},
		"a new warning": {
			&world{warns: func(up bool) providers.Diagnostics {
				if up {
					return warning
				}
				return nil
			}}, "the plan showed it otherwise: warnings",
		},
	} {
		t.Run(name, func(t *testing.T) {
			planned := told(t, tolerant(""), c.world)
			if c.reason == "" {
				assert.Empty(t, planned)
				return
			}
			require.Len(t, planned, 1)
			assert.Equal(t, c.reason, planned[0].Reason)
		})
	}
}

// The plan shows no secrets, so that what has one in it looks otherwise and is not.
func TestASecretIsNoDifference(t *testing.T) {
	const secret = "variable \"who\" {\n default = \"hunter22\"\n sensitive = true\n}\n"
	text := secret + strings.Replace(tolerant(""), `name     = "a"`, "name = var.who", 1)
	w := &world{replan: func(p *providers.FaultPlan, _ bool) {
		p.Undo = "mends what " + p.Targets[0].Name + " has done"
		p.Targets[0].Name = "it"
	}}
	assert.Empty(t, told(t, text, w))
	w.replan = func(p *providers.FaultPlan, up bool) {
		p.Undo, p.Targets[0].Name = "mends what "+p.Targets[0].Name+" has done", "it"
		if up {
			p.Undo += ", slowly"
		}
	}
	planned := told(t, text, w)
	require.Len(t, planned, 1)
	assert.Equal(t, "mends what (sensitive) has done, slowly", planned[0].Undo)
}

func TestThatMuchIsToldOfManyTargets(t *testing.T) {
	var many []string
	for i := range 25 {
		many = append(many, "shop/"+string(rune('a'+i)))
	}
	b := newBenchOf(t, tolerant(""), &world{replan: func(p *providers.FaultPlan, up bool) {
		if up {
			p.Targets = pods(many...)
		}
	}})
	b.allowDrift = true
	synctest.Test(t, func(t *testing.T) { b.run(t.Context()) })
	notices := all[event.Notice](b.events)
	require.Len(t, notices, 1)
	assert.Contains(t, notices[0].Text, "pod/shop/t (UID uid-shop/t)\n… and 5 more")
	assert.Len(t, all[event.FaultInjecting](b.events)[0].Targets, 25)
}

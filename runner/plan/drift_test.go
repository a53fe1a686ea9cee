package plan

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

func TestDrift(t *testing.T) {
	tests := map[string]struct {
		change func(*Plan)
		want   []Change
		text   string
	}{
		"nothing": {func(*Plan) {}, nil, ""},
		"gameday": {
			func(p *Plan) { p.Gameday = "0.2.0" },
			[]Change{{ChangedGameday, "", "0.1.0", "0.2.0"}},
			"gameday changed: was 0.1.0, is 0.2.0",
		},
		"provider version": {
			func(p *Plan) { p.Providers[1].Version = "0.2.0" },
			[]Change{{ChangedProvider, "local", "0.1.0", "0.2.0"}},
			"provider local changed: was 0.1.0, is 0.2.0",
		},
		"file changed": {
			func(p *Plan) { p.Files[0].SHA256 = checksum([]byte("other")) },
			[]Change{{ChangedFile, "main.gameday.hcl", "sha256 " + short(checksum([]byte("main"))), "sha256 " + short(checksum([]byte("other")))}},
			"",
		},
		"file gone": {
			func(p *Plan) { p.Files = slices.Delete(p.Files, 1, 2) },
			[]Change{{ChangedFile, "../lib/lib.gameday.hcl", "sha256 " + short(checksum([]byte("lib"))), ""}},
			"",
		},
		"file there now": {
			func(p *Plan) { p.Files[3].Missing = false },
			[]Change{{ChangedFile, "wanted.txt", "not there", "there"}},
			"file wanted.txt changed: was not there, is there",
		},
		"file read now": {
			func(p *Plan) { p.Files[2].SHA256 = checksum([]byte("asked")) },
			[]Change{{ChangedFile, "asked.txt", "there", "sha256 " + short(checksum([]byte("asked")))}},
			"",
		},
		"variable": {
			func(p *Plan) { p.Variables[1].Value = `"b"` },
			[]Change{{ChangedVariable, "variant", `"a<b>&c"`, `"b"`}},
			`variable variant changed: was "a<b>&c", is "b"`,
		},
		"seed": {func(p *Plan) { p.Seed = 43 }, []Change{{ChangedOption, "seed", "42", "43"}}, ""},
		"target gone": {
			func(p *Plan) { p.Experiments[0].Faults[0].Targets = nil },
			[]Change{{ChangedTarget, "experiment.slow.fault.payments: process/payments", "UID u1", ""}},
			"target experiment.slow.fault.payments: process/payments is gone: was UID u1",
		},
		"target replaced": {
			func(p *Plan) { p.Experiments[0].Faults[0].Targets[0].UID = "u2" },
			[]Change{{ChangedTarget, "experiment.slow.fault.payments: process/payments", "UID u1", "UID u2"}},
			"",
		},
		"target new": {
			func(p *Plan) {
				f := &p.Experiments[0].Faults[0]
				f.Targets = append(f.Targets, providers.Target{Kind: "process", Name: "new"})
			},
			[]Change{{ChangedTarget, "experiment.slow.fault.payments: process/new", "", "new"}},
			"",
		},
		"what was counted": { // a plan that an earlier gameday has saved does not say it
			func(p *Plan) { p.Experiments[0].Faults[0].Counted = providers.Scope{} },
			[]Change{{ChangedTarget, "experiment.slow.fault.payments: blast radius", "2 eligible of 2 (process in shop), and 1 at the other ends of 2; 1 of 2 processes", "2 eligible of 2, and 1 at the other ends of 2; 1 of 2 processes"}},
			"",
		},
		"another at the other end": {
			func(p *Plan) { p.Experiments[0].Faults[0].Ends[0].UID = "u10" },
			[]Change{{ChangedTarget, "experiment.slow.fault.payments: other end: process/checkout", "UID u9", "UID u10"}},
			"target experiment.slow.fault.payments: other end: process/checkout changed: was UID u9, is UID u10",
		},
		"effect": {
			func(p *Plan) { p.Experiments[0].Faults[0].Effect = "kills it" },
			[]Change{{ChangedExperiment, "experiment.slow.fault.payments: effect", "stops every thread", "kills it"}},
			"experiment experiment.slow.fault.payments: effect changed: was stops every thread, is kills it",
		},
		"duration": {
			func(p *Plan) { p.Experiments[0].Faults[0].Duration = 6 },
			[]Change{{ChangedExperiment, "experiment.slow.fault.payments", "", ""}},
			"experiment experiment.slow.fault.payments changed",
		},
		"condition": {
			func(p *Plan) { p.Experiments[0].Assertions[0].Condition = "true" },
			[]Change{{ChangedExperiment, "experiment.slow", "", ""}},
			"",
		},
		"experiment gone": {
			func(p *Plan) { p.Experiments = nil },
			[]Change{{ChangedExperiment, "experiment.slow", "planned", ""}},
			"",
		},
		"environment inventory": {
			func(p *Plan) { p.Environments[0].Inventory = p.Environments[0].Inventory[:1] },
			[]Change{{ChangedEnvironment, "environment.shop: process/payments", "payments", ""}},
			"",
		},
		"environment steps": {
			func(p *Plan) { p.Environments[0].Steps[1] = "start checkout (sha256 2)" },
			[]Change{{ChangedEnvironment, "environment.shop: steps", "start checkout", "start checkout (sha256 2)"}},
			"environment environment.shop: steps changed: was start checkout, is start checkout (sha256 2)",
		},
		"environment steps in another order": {
			func(p *Plan) { slices.Reverse(p.Environments[0].Steps) },
			[]Change{{ChangedEnvironment, "environment.shop", "", ""}},
			"",
		},
		"environment summary": {
			func(p *Plan) {
				p.Environments[0].Summary, p.Environments[0].Steps = "1 process", p.Environments[0].Steps[:1]
			},
			[]Change{
				{ChangedEnvironment, "environment.shop: steps", "start checkout", ""},
				{ChangedEnvironment, "environment.shop", "local, 2 processes on this machine", "local, 1 process"},
			},
			"",
		},
		"finding": {
			func(p *Plan) { p.Findings = nil },
			[]Change{{ChangedFinding, "experiment.slow.fault.payments: No guard", "warning", ""}},
			"",
		},
		"suite": {
			func(p *Plan) { p.Suites[0].MinScore = 0.1 },
			nil, "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			now := samplePlan()
			test.change(now)
			got := Drift(samplePlan(), now)
			if name == "suite" {
				require.Len(t, got, 1)
				assert.Equal(t, ChangedPlan, got[0].Kind)
				return
			}
			assert.Empty(t, cmp.Diff(test.want, got))
			if test.text != "" {
				assert.Equal(t, test.text, got[0].String())
			}
		})
	}
}

// TestDriftSeesEveryField changes each leaf of a plan's JSON in turn: none may
// go unseen but the digests of sensitive values, which are salted.
func TestDriftSeesEveryField(t *testing.T) {
	var tree any
	data, err := canonical(samplePlan())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &tree))
	changed := 0
	mutateLeaves(tree, func(path string) {
		altered, err := json.Marshal(tree)
		require.NoError(t, err)
		now := &Plan{}
		require.NoError(t, json.Unmarshal(altered, now), path)
		assert.NotEmpty(t, Drift(samplePlan(), now), path)
		changed++
	}, "")
	assert.Greater(t, changed, 80)
}

// mutateLeaves changes one leaf after the other, calls check, and restores it.
func mutateLeaves(node any, check func(path string), path string) {
	switch node := node.(type) {
	case map[string]any:
		for key, child := range node {
			if isLeaf(child) {
				node[key] = mutated(child)
				check(path + "." + key)
				node[key] = child
				continue
			}
			mutateLeaves(child, check, path+"."+key)
		}
	case []any:
		for i, child := range node {
			if isLeaf(child) {
				node[i] = mutated(child)
				check(path + "[]")
				node[i] = child
				continue
			}
			mutateLeaves(child, check, path+"[]")
		}
	}
}

func isLeaf(v any) bool {
	kind := reflect.ValueOf(v).Kind()
	return kind != reflect.Map && kind != reflect.Slice
}

func mutated(v any) any {
	switch v := v.(type) {
	case string:
		return v + "x"
	case float64:
		return v + 1
	case bool:
		return !v
	default:
		return v
	}
}

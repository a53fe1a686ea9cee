package plan

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

func atMost(percent float64) resolve.Policy {
	return resolve.Policy{MaxTargetsPercent: percent, MaxTargetsAt: hcl.Range{Filename: "p.gameday.hcl", Start: hcl.Pos{Line: 4}}}
}

func onProcesses(population int, names ...string) Fault {
	f := Fault{Address: "fault.f", FaultPlan: providers.FaultPlan{Population: population, Eligible: len(names)}}
	for _, name := range names {
		f.Targets = append(f.Targets, providers.Target{Kind: "process", Name: name})
	}
	return f
}

func TestCheckBlastRadius(t *testing.T) {
	unknown := onProcesses(0)
	unknown.Unknown = "no pods yet"
	noPopulation := onProcesses(0, "a")
	noPopulation.Eligible = 4 // what the block names is no population
	dynamic := onProcesses(3, "a")
	dynamic.Dynamic = true
	tests := map[string]struct {
		percent  float64
		faults   []Fault
		severity string // empty: nothing found
		want     string
	}{
		"below":                 {50, []Fault{onProcesses(3, "a")}, "", ""},
		"exactly":               {50, []Fault{onProcesses(2, "a")}, "", ""},
		"above":                 {50, []Fault{onProcesses(3, "a", "b")}, SeverityError, "2 of 3 targets (66.7 %), where max_targets_percent allows 50 % (p.gameday.hcl:4)"},
		"nothing allowed":       {0, []Fault{onProcesses(3, "a")}, SeverityError, "1 of 3 targets (33.3 %)"},
		"no limit":              {100, []Fault{onProcesses(1, "a")}, "", ""},
		"not counted":           {20, []Fault{noPopulation}, SeverityWarning, "max_targets_percent allows 20 % of the targets (p.gameday.hcl:4). This fault acts on 1, and how many there are of that kind is not known"},
		"not counted, few of":   {50, []Fault{noPopulation}, SeverityWarning, "is not known"},
		"not counted, no limit": {100, []Fault{noPopulation}, "", ""},
		"not counted, nothing":  {0, []Fault{noPopulation}, SeverityError, "allows 0 % of the targets"},
		"dynamic":               {50, []Fault{dynamic}, SeverityError, "whatever matches and appears becomes a target, too, where max_targets_percent allows 50 % (p.gameday.hcl:4)"},
		"dynamic, no limit":     {100, []Fault{dynamic}, "", ""},
		"unknown":               {50, []Fault{unknown}, SeverityWarning, "no pods yet"},
		"unknown, no limit":     {100, []Fault{unknown}, "", ""},
		"together":              {50, []Fault{onProcesses(4, "a", "b"), onProcesses(4, "c")}, SeverityError, "The faults of this experiment together: 3 of 4 targets (75 %)"},
		"together on the same":  {50, []Fault{onProcesses(4, "a", "b"), onProcesses(4, "a")}, "", ""},
		"no targets, no number": {50, []Fault{onProcesses(0)}, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Check(atMost(test.percent), Experiment{Address: "experiment.x", Faults: test.faults})
			if test.severity == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Equal(t, test.severity, got[0].Severity)
			assert.Equal(t, KindPolicy, got[0].Kind)
			assert.Contains(t, got[0].Detail, test.want)
		})
	}
}

func TestCheckPermissions(t *testing.T) {
	f := onProcesses(2, "a")
	f.Permissions = []providers.Permission{
		{Action: "send signals", Held: true},
		{Action: "delete pods", Detail: "asked the API server"},
	}
	got := Check(atMost(100), Experiment{Address: "experiment.x", Faults: []Fault{f}})
	assert.Equal(t, []Finding{{
		Severity: SeverityError, Kind: KindPermission, Subject: "experiment.x.fault.f",
		Summary: "Missing permission: delete pods", Detail: "asked the API server",
	}}, got)
}

func TestProtectedNamespaces(t *testing.T) {
	inNamespace := func(value cty.Value) schema.Values {
		return schema.NewValues(cty.ObjectVal(map[string]cty.Value{
			"target": cty.ObjectVal(map[string]cty.Value{"namespace": value}),
		}))
	}
	inNamespaces := func(value cty.Value) schema.Values {
		return schema.NewValues(cty.ObjectVal(map[string]cty.Value{
			"target": cty.ObjectVal(map[string]cty.Value{"namespaces": value}),
		}))
	}
	tests := map[string]struct {
		config  schema.Values
		targets []providers.Target
		want    string
	}{
		"one of several":         {inNamespaces(cty.ListVal([]cty.Value{cty.StringVal("shop"), cty.UnknownVal(cty.String), cty.StringVal("kube-system")})), nil, "Protected namespace kube-system"},
		"none of several":        {inNamespaces(cty.ListVal([]cty.Value{cty.StringVal("shop"), cty.StringVal("bank")})), nil, ""},
		"several, not known":     {inNamespaces(cty.UnknownVal(cty.List(cty.String))), nil, ""},
		"several, secret":        {inNamespaces(cty.ListVal([]cty.Value{cty.StringVal("shop")}).Mark("sensitive")), nil, ""},
		"a namespace itself":     {schema.NewValues(cty.EmptyObjectVal), []providers.Target{{Kind: "namespace", Name: "team-prod"}}, "Protected namespace team-prod"},
		"other namespace":        {inNamespace(cty.StringVal("shop")), nil, ""},
		"always protected":       {inNamespace(cty.StringVal("kube-system")), nil, "Protected namespace kube-system"},
		"by pattern":             {inNamespace(cty.StringVal("team-prod")), nil, "Protected namespace team-prod"},
		"unknown":                {inNamespace(cty.UnknownVal(cty.String)), nil, ""},
		"not set":                {inNamespace(cty.NullVal(cty.String)), nil, ""},
		"no target block":        {schema.NewValues(cty.EmptyObjectVal), nil, ""},
		"by the targets' names":  {schema.NewValues(cty.EmptyObjectVal), []providers.Target{{Kind: "pod", Name: "kube-system/dns"}}, "Protected namespace kube-system"},
		"names without a prefix": {schema.NewValues(cty.EmptyObjectVal), []providers.Target{{Kind: "process", Name: "kube-system"}}, ""},
	}
	policy := resolve.Policy{ProtectedNamespaces: []string{"*-prod"}}
	f := &resolve.Fault{Addr: addr.Part{Experiment: addr.Object{Kind: "experiment", Name: "x"}, Kind: "fault", Name: "f"}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := protected(policy, f, test.config, providers.FaultPlan{Targets: test.targets})
			if test.want == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Equal(t, test.want, got[0].Summary)
			assert.Equal(t, SeverityError, got[0].Severity)
			assert.Equal(t, "experiment.x.fault.f", got[0].Subject)
		})
	}
}

// TestProtectedBesideTheTargets: a drain has nodes as its targets, and evicts pods.
func TestProtectedBesideTheTargets(t *testing.T) {
	policy := resolve.Policy{ProtectedNamespaces: []string{"*-prod"}}
	drain := providers.FaultPlan{Targets: []providers.Target{{Kind: "node", Name: "worker"}}, Namespaces: []string{"shop", "team-prod"}}
	got := protected(policy, &resolve.Fault{}, schema.NewValues(cty.EmptyObjectVal), drain)
	require.Len(t, got, 1)
	assert.Equal(t, "Protected namespace team-prod", got[0].Summary)
	drain.Namespaces = []string{"shop"}
	assert.Empty(t, protected(policy, &resolve.Fault{}, schema.NewValues(cty.EmptyObjectVal), drain))
}

func TestMatchesAny(t *testing.T) {
	assert.True(t, matchesAny([]string{"*prod*"}, "eu-prod-1"))
	assert.False(t, matchesAny([]string{"*prod*"}, "staging"))
	assert.True(t, matchesAny([]string{"[broken"}, "[broken"), "a pattern that is not one is a name")
	assert.False(t, matchesAny(nil, "x"))
}

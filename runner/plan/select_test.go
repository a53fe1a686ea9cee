package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// selectable has root experiments a, b (after a), c (after b) and one in each
// of two instances of a module, with suites over some of them.
func selectable() *resolve.Resolved {
	inShop := func(key, kind, name string) addr.Object {
		return addr.Object{Module: addr.ModuleInstance{{Name: "shop", Key: addr.EachKey(key)}}, Kind: kind, Name: name}
	}
	root := func(kind, name string) addr.Object { return addr.Object{Kind: kind, Name: name} }
	return &resolve.Resolved{
		Experiments: []*resolve.Experiment{
			{Addr: root("experiment", "alpha")},
			{Addr: root("experiment", "beta"), DependsOn: []string{"experiment.alpha"}},
			{Addr: root("experiment", "gamma"), DependsOn: []string{"experiment.beta"}},
			{Addr: inShop("fragile", "experiment", "slow")},
			{Addr: inShop("resilient", "experiment", "slow")},
		},
		Suites: []*resolve.Suite{
			{Addr: inShop("fragile", "suite", "all"), Experiments: []string{`module.shop["fragile"].experiment.slow`}},
			{Addr: root("suite", "pair"), Experiments: []string{"experiment.alpha", "experiment.beta"}},
			{Addr: root("suite", "same"), Experiments: []string{"experiment.alpha", "experiment.beta"}},
			{Addr: root("suite", "empty")},
		},
	}
}

func TestChoose(t *testing.T) {
	const fragile, resilient = `module.shop["fragile"].experiment.slow`, `module.shop["resilient"].experiment.slow`
	all := []string{"experiment.alpha", "experiment.beta", "experiment.gamma", fragile, resilient}
	tests := map[string]struct {
		targets     []string
		experiments []string
		suites      []string
	}{
		"everything":                   {nil, all, []string{`module.shop["fragile"].suite.all`, "suite.pair", "suite.same", "suite.empty"}},
		"one experiment":               {[]string{"experiment.alpha"}, all[:1], nil},
		"with what it depends on":      {[]string{"experiment.gamma"}, all[:3], []string{"suite.pair", "suite.same"}},
		"a suite, and no other":        {[]string{"suite.pair"}, all[:2], []string{"suite.pair"}},
		"a module, all instances":      {[]string{"module.shop"}, all[3:], []string{`module.shop["fragile"].suite.all`}},
		"one instance":                 {[]string{`module.shop["resilient"]`}, []string{resilient}, nil},
		"an experiment, all instances": {[]string{"module.shop.experiment.slow"}, all[3:], []string{`module.shop["fragile"].suite.all`}},
		"one experiment of one":        {[]string{fragile}, []string{fragile}, []string{`module.shop["fragile"].suite.all`}},
		"several":                      {[]string{resilient, "experiment.alpha"}, []string{"experiment.alpha", resilient}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, diags := choose(selectable(), test.targets)
			require.Empty(t, diags)
			var experiments, suites []string
			for _, e := range got.experiments {
				experiments = append(experiments, e.Addr.String())
			}
			for _, s := range got.suites {
				suites = append(suites, s.Addr.String())
			}
			assert.Equal(t, test.experiments, experiments)
			assert.Equal(t, test.suites, suites)
		})
	}
}

func TestChooseExplainsUnknownTargets(t *testing.T) {
	tests := map[string]string{
		"experiment.alhpa":                 "There is no experiment.alhpa. Did you mean experiment.alpha?",
		"suite.pari":                       "There is no suite.pari. Did you mean suite.pair?",
		`module.shop["fragil"]`:            `There is no module.shop["fragil"]. Did you mean module.shop["fragile"]?`,
		"experiment.something_else_at_all": "Among what can be targeted are experiment.alpha",
		"suite.empty":                      "suite.empty has no experiments",
		"environment.shop":                 "Target the experiments that run in it",
		"experiment.alpha.fault.x":         "nothing can follow experiment.alpha",
		"experimnt.alpha":                  `did you mean "experiment"?`,
		"":                                 "is not an address",
		"a b":                              "is not an address",
	}
	for target, want := range tests {
		t.Run(target, func(t *testing.T) {
			_, diags := choose(selectable(), []string{target})
			require.Len(t, diags, 1)
			assert.Contains(t, diags[0].Detail, want)
		})
	}
}

func TestChooseReportsEveryUnknownTarget(t *testing.T) {
	_, diags := choose(selectable(), []string{"experiment.x1", "experiment.alpha", "suite.x2"})
	assert.Len(t, diags, 2)
}

func TestUnknownTargetWithoutExperiments(t *testing.T) {
	_, diags := choose(&resolve.Resolved{}, []string{"experiment.a"})
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "the configuration has no experiments")
}

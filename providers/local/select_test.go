package local

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// target is a decoded target block; nil attributes are null.
func target(attributes map[string]cty.Value) schema.Values {
	all := map[string]cty.Value{
		"names": cty.NullVal(cty.List(cty.String)), "labels": cty.NullVal(cty.Map(cty.String)),
		"count": cty.NullVal(cty.Number), "percent": cty.NullVal(cty.Number),
	}
	for name, v := range attributes {
		all[name] = v
	}
	return schema.NewValues(cty.ObjectVal(all))
}

func population(n int) providers.EnvironmentState {
	env := providers.EnvironmentState{Address: "environment.x", Type: typeName}
	for i := range n {
		name := fmt.Sprintf("p%02d", i)
		env.Inventory = append(env.Inventory, providers.Target{Kind: kindProcess, Name: name})
		env.Labels = append(env.Labels, providers.Labels{Target: "process/" + name, Labels: map[string]string{"even": fmt.Sprint(i%2 == 0)}})
	}
	env.Inventory = append(env.Inventory, providers.Target{Kind: kindLink, Name: "p00"})
	return env
}

func TestChoose(t *testing.T) {
	for name, test := range map[string]struct {
		attributes map[string]cty.Value
		chosen     int
		eligible   int
		problem    string
	}{
		"all":             {nil, 10, 10, ""},
		"names":           {map[string]cty.Value{"names": cty.ListVal([]cty.Value{cty.StringVal("p01"), cty.StringVal("p03")})}, 2, 2, ""},
		"labels":          {map[string]cty.Value{"labels": cty.MapVal(map[string]cty.Value{"even": cty.StringVal("true")})}, 5, 5, ""},
		"count":           {map[string]cty.Value{"count": cty.NumberIntVal(3)}, 3, 10, ""},
		"more than there": {map[string]cty.Value{"count": cty.NumberIntVal(30)}, 10, 10, ""},
		"beyond any int":  {map[string]cty.Value{"count": cty.NumberFloatVal(1e30)}, 10, 10, ""},
		"percent up":      {map[string]cty.Value{"percent": cty.NumberIntVal(1)}, 1, 10, ""},
		"unknown name":    {map[string]cty.Value{"names": cty.ListVal([]cty.Value{cty.StringVal("p1")})}, 0, 0, `did you mean "p01"?`},
		"no such label":   {map[string]cty.Value{"labels": cty.MapVal(map[string]cty.Value{"odd": cty.StringVal("true")})}, 0, 0, `matches label odd = "true"`},
		"zero percent":    {map[string]cty.Value{"percent": cty.NumberIntVal(0)}, 0, 10, "matches 0 percent"},
	} {
		t.Run(name, func(t *testing.T) {
			chosen, diags := choose(kindProcess, target(test.attributes), population(10), 1)
			if test.problem != "" {
				require.True(t, diags.HasErrors())
				assert.Contains(t, diags[0].Detail, test.problem)
				return
			}
			require.Empty(t, diags)
			assert.Len(t, chosen.targets, test.chosen)
			assert.Equal(t, test.eligible, chosen.eligible)
			assert.Equal(t, 10, chosen.population)
		})
	}
}

func TestChooseUnknown(t *testing.T) {
	chosen, diags := choose(kindProcess, target(map[string]cty.Value{"names": cty.UnknownVal(cty.List(cty.String))}), population(3), 1)
	require.Empty(t, diags)
	assert.Contains(t, chosen.unknown, "target.names")
	assert.Empty(t, chosen.targets)
}

// TestPickIsRepeatable checks that the choice depends on the seed and the names
// alone: not on the order in which targets come, nor on those not eligible.
func TestPickIsRepeatable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Int64().Draw(r, "seed")
		all := population(rapid.IntRange(1, 20).Draw(r, "population")).Inventory
		n := rapid.IntRange(0, len(all)).Draw(r, "n")
		picked := pick(all, n, seed)
		require.Len(r, picked, n)
		for _, p := range picked {
			require.Contains(r, all, p)
		}
		shuffled := rapid.Permutation(all).Draw(r, "shuffled")
		require.Equal(r, picked, pick(shuffled, n, seed))
		if n > 0 {
			fewer := pick(all, n-1, seed)
			for _, p := range fewer {
				require.Contains(r, picked, p, "a larger count adds to a smaller one")
			}
		}
		require.True(r, slices.IsSortedFunc(picked, func(a, b providers.Target) int { return cmp.Compare(a.Name, b.Name) }))
	})
}

func TestSeedsDiffer(t *testing.T) {
	all := population(20).Inventory
	first, differs := pick(all, 5, 0), false
	for seed := range int64(20) {
		differs = differs || !slices.Equal(first, pick(all, 5, seed))
	}
	assert.True(t, differs)
}

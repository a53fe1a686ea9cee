package plan

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/event"
)

func TestCheckContext(t *testing.T) {
	at := event.Source{File: "shop.gameday.hcl", Line: 3}
	policy := atMost(50)
	policy.DenyContext = []string{"*live*", "*prod*"}
	policy.DenyContextAt = map[string]hcl.Range{"*live*": {Filename: "q.gameday.hcl", Start: hcl.Pos{Line: 1}}, "*prod*": {Filename: "q.gameday.hcl", Start: hcl.Pos{Line: 7}}}
	check := func(outputs cty.Value) []Finding { return CheckContext(policy, "environment.shop", at, outputs) }
	in := func(name string) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{"context": cty.StringVal(name)})
	}
	assert.Empty(t, check(in("staging")))
	assert.Empty(t, check(cty.NilVal), "what says no context is in none")
	assert.Equal(t, []Finding{{
		Severity: SeverityError, Kind: KindPolicy, Subject: "environment.shop", Summary: "Denied context eu-prod-1",
		Detail: "deny_context (q.gameday.hcl:7) matches the context eu-prod-1 of this environment. Use another context.",
		Source: at,
	}}, check(in("eu-prod-1")))
	for context, pattern := range map[string]string{
		"arn:aws:eks:eu-central-1:123456789012:cluster/prod": "*prod*",
		"shop/api-prod-example-com:6443/alice":               "*prod*",
		"gke/shop/prod":                                      "gke*prod",
		"a/b":                                                "a?b",
		"prod[":                                              "prod[",
	} {
		policy.DenyContext = []string{pattern}
		assert.Len(t, check(in(context)), 1, "%s by %s", context, pattern)
	}
	policy.DenyContext = nil
	assert.Empty(t, check(in("eu-prod-1")), "nothing is denied")
}

func TestContextOf(t *testing.T) {
	outputs := func(v cty.Value) cty.Value { return cty.ObjectVal(map[string]cty.Value{"context": v}) }
	tests := map[string]struct {
		outputs cty.Value
		want    string
	}{
		"known":     {outputs(cty.StringVal("kind-shop")), "kind-shop"},
		"unknown":   {outputs(cty.UnknownVal(cty.String)), ""},
		"null":      {outputs(cty.NullVal(cty.String)), ""},
		"number":    {outputs(cty.NumberIntVal(1)), ""},
		"other":     {cty.EmptyObjectVal, ""},
		"not known": {cty.DynamicVal, ""},
		"none":      {cty.NilVal, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := contextOf(test.outputs)
			assert.Equal(t, test.want, got)
			assert.Equal(t, test.want != "", ok)
		})
	}
}

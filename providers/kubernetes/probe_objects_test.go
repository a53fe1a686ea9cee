package kubernetes

import (
	"testing"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// decoded is a body of a type, as the language would decode it.
func decoded(t *testing.T, of providers.Type, body string) schema.Values {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(body), "test.hcl")
	require.Empty(t, diags)
	value, diags := hcldec.Decode(file.Body, of.Schema().Spec(), nil)
	require.Empty(t, diags)
	return schema.NewValues(value)
}

func deployment(name string, ready int64, available string) follow.Object {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": name, "namespace": "shop"},
		"status": map[string]any{
			"readyReplicas": ready,
			"conditions":    []any{map[string]any{"type": "Available", "status": available}},
		},
	}}
}

func TestObjectsAreJudged(t *testing.T) {
	one, two := deployment("a", 2, "True"), deployment("b", 0, "False")
	for name, test := range map[string]struct {
		body    string
		objects []follow.Object
		problem string // empty: OK
		value   float64
	}{
		"one is enough":        {``, []follow.Object{one}, "", 1},
		"none is not":          {``, nil, "expected a Deployment, found none", 0},
		"none is":              {`expect { exists = false }`, nil, "", 0},
		"one is too many":      {`expect { exists = false }`, []follow.Object{one}, "expected no Deployment, found 1", 1},
		"too few":              {`expect { min = 2 }`, []follow.Object{one}, "at least 2 of Deployment, found 1", 1},
		"too many":             {`expect { max = 1 }`, []follow.Object{one, two}, "at most 1 of Deployment, found 2", 2},
		"none may be":          {`expect { max = 1 }`, nil, "", 0},
		"condition":            {`expect { condition = { Available = "True" } }`, []follow.Object{one}, "", 1},
		"condition of all":     {`expect { condition = { Available = "True" } }`, []follow.Object{one, two}, "b has Available=False", 2},
		"condition is not set": {`expect { condition = { Progressing = "True" } }`, []follow.Object{one}, "a has Progressing=(not set)", 1},
		"jq of one":            {"name = \"a\"\nvalue_json = \".status.readyReplicas\"\nexpect { json = { \".status.readyReplicas\" = 2 } }", []follow.Object{one}, "", 2},
		"jq is not so":         {"name = \"a\"\nexpect { json = { \".status.readyReplicas\" = 3 } }", []follow.Object{one}, "expected .status.readyReplicas to be 3, got 2", 1},
		"jq of a list":         {`value_json = "[.items[].status.readyReplicas] | add"`, []follow.Object{one, two}, "", 2},
		"jq of nothing":        {"name = \"a\"\nvalue_json = \".status.readyReplicas\"\nexpect { json = { \".status.readyReplicas\" = 3 } }", nil, "found none", -1},
	} {
		t.Run(name, func(t *testing.T) {
			o, diags := readObjects(decoded(t, &objectProbe{}, "kind = \"Deployment\"\n"+test.body))
			require.Empty(t, diags)
			got := o.judge(t.Context(), test.objects)
			assert.Equal(t, test.problem == "", got.OK, got.Error)
			assert.Contains(t, got.Error, test.problem)
			if test.value < 0 {
				assert.Nil(t, got.Value)
			} else if assert.NotNil(t, got.Value) {
				assert.InDelta(t, test.value, *got.Value, 0)
			}
			assert.Empty(t, got.Fields.Type().TestConformance((&objectProbe{}).SampleType()))
		})
	}
}

func TestANamedObjectIsInTheSample(t *testing.T) {
	o, _ := readObjects(decoded(t, &objectProbe{}, "kind = \"Deployment\"\nname = \"a\""))
	got := o.judge(t.Context(), []follow.Object{deployment("a", 2, "True")}).Fields
	assert.Equal(t, cty.StringVal("True"), got.GetAttr("conditions").Index(cty.StringVal("Available")))
	assert.True(t, got.GetAttr("object").GetAttr("status").GetAttr("readyReplicas").RawEquals(cty.NumberIntVal(2)))
	assert.Equal(t, cty.StringVal("shop/a"), got.GetAttr("names").Index(cty.Zero))
}

func TestExpectationsThatNothingMeetsAreRefused(t *testing.T) {
	for body, want := range map[string]string{
		`expect { condition = { Available = "true" } }`:                   "never \"true\"",
		"expect {\n exists = false\n condition = { Ready = \"True\" }\n}": "Nothing can be expected",
		"expect {\n min = 3\n max = 2\n}":                                 "at least 3 and at most 2",
		`expect { json = { ".[" = 1 } }`:                                  "jq",
		`value_json = ".["`:                                               "jq",
	} {
		diags := (&objectProbe{}).Validate(t.Context(), decoded(t, &objectProbe{}, "kind = \"Pod\"\n"+body))
		require.True(t, diags.HasErrors(), body)
		assert.Contains(t, diags[0].Detail, want)
	}
}

func TestSecretsStayOutOfSamples(t *testing.T) {
	secret := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{
			"name": "keys", "annotations": map[string]any{
				"kubectl.kubernetes.io/last-applied-configuration": "SECRET", undo.Annotation("01FAULT"): "[{\"prior\": \"SECRET\"}]", "other": "x",
			},
		},
		"data": map[string]any{"TOKEN": "SECRET"},
	}}
	hideSecrets(secret)
	text, err := secret.MarshalJSON()
	require.NoError(t, err)
	assert.NotContains(t, string(text), "SECRET")
	assert.Contains(t, string(text), "TOKEN")
	assert.Contains(t, string(text), "other")
}

func TestKindsAreFoundAsPeopleNameThem(t *testing.T) {
	verbs := metav1.Verbs{"list", "watch"}
	lists := []*metav1.APIResourceList{
		{GroupVersion: "v1", APIResources: []metav1.APIResource{
			{Name: "pods", Kind: "Pod", Namespaced: true, ShortNames: []string{"po"}, Verbs: verbs},
			{Name: "pods/eviction", Kind: "Eviction", Namespaced: true},
			{Name: "events", Kind: "Event", Namespaced: true, Verbs: verbs},
			{Name: "bindings", Kind: "Binding", Namespaced: true, Verbs: metav1.Verbs{"create"}},
		}},
		{GroupVersion: "apps/v1", APIResources: []metav1.APIResource{{Name: "deployments", Kind: "Deployment", Namespaced: true, ShortNames: []string{"deploy"}, Verbs: verbs}}},
		{GroupVersion: "events.k8s.io/v1", APIResources: []metav1.APIResource{{Name: "events", Kind: "Event", Namespaced: true, Verbs: verbs}}},
		{GroupVersion: "a.example/v1", APIResources: []metav1.APIResource{{Name: "gateways", Kind: "Gateway", Verbs: verbs}}},
		{GroupVersion: "b.example/v1", APIResources: []metav1.APIResource{{Name: "gateways", Kind: "Gateway", Verbs: verbs}}},
	}
	for name, test := range map[string]struct {
		wanted wanted
		group  string
		name   string
		wrong  string
	}{
		"kind":               {wanted{kind: "Pod"}, "", "pods", ""},
		"plural":             {wanted{kind: "deployments"}, "apps", "deployments", ""},
		"short":              {wanted{kind: "deploy"}, "apps", "deployments", ""},
		"lower case":         {wanted{kind: "deployment"}, "apps", "deployments", ""},
		"the core's first":   {wanted{kind: "Event"}, "", "events", ""},
		"group":              {wanted{kind: "Event", group: "events.k8s.io"}, "events.k8s.io", "events", ""},
		"ambiguous":          {wanted{kind: "Gateway"}, "", "", `set group to "a.example" or "b.example"`},
		"not there":          {wanted{kind: "Widget", group: "example.com"}, "", "", `no kind "Widget" of example.com`},
		"cannot be watched":  {wanted{kind: "Binding"}, "", "", "can be watched"},
		"not a sub-resource": {wanted{kind: "Eviction"}, "", "", "can be watched"},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := test.wanted.choose(lists, nil)
			if test.wrong != "" {
				require.True(t, diags.HasErrors())
				assert.Contains(t, diags[0].Detail, test.wrong)
				return
			}
			require.Empty(t, diags)
			assert.Equal(t, test.group, got.Group)
			assert.Equal(t, test.name, got.Resource)
		})
	}
}

func TestWhereObjectsAreLookedFor(t *testing.T) {
	pods, nodes := apiResource{kind: "Pod", namespaced: true}, apiResource{kind: "Node"}
	for name, test := range map[string]struct {
		of    apiResource
		given string
		fence []string
		want  string
		wrong bool
	}{
		"said":            {pods, "shop", []string{"a", "b"}, "shop", false},
		"only one":        {pods, "", []string{"a"}, "a", false},
		"which":           {pods, "", []string{"a", "b"}, "", true},
		"of the cluster":  {nodes, "", []string{"a", "b"}, "", false},
		"no such a place": {nodes, "shop", nil, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := test.of.namespaceFor(test.given, test.fence)
			assert.Equal(t, test.wrong, diags.HasErrors())
			assert.Equal(t, test.want, got)
		})
	}
}

func TestProbesSayWhatTheyDo(t *testing.T) {
	for body, want := range map[string]string{
		"kind = \"Deployment\"\nname = \"payments\"\nnamespace = \"shop\"": "watch Deployment payments in shop",
		"kind = \"Pod\"\nlabels = { app = \"payments\", tier = \"x\" }":    "watch Pod with app=payments,tier=x",
	} {
		assert.Equal(t, want, (&objectProbe{}).Summary(decoded(t, &objectProbe{}, body)))
	}
	events := "type = \"Warning\"\nreason = [\"BackOff\", \"Unhealthy\"]\nkind = \"Pod\"\nname = \"payments-*\"\nnamespace = \"shop\""
	assert.Equal(t, "count warning events BackOff, Unhealthy about Pod payments-* in shop", (&eventsProbe{}).Summary(decoded(t, &eventsProbe{}, events)))
	assert.Equal(t, "count events", (&eventsProbe{}).Summary(decoded(t, &eventsProbe{}, "")))
}

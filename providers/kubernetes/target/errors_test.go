package target_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

func TestWhatCannotBeChosenIsAnErrorThatSaysWhatThereIs(t *testing.T) {
	for name, c := range map[string]struct {
		kind    target.Kind
		given   attrs
		fence   []string
		summary string
		detail  string
	}{
		"outside the fence": {
			target.Pod,
			attrs{"namespace": word("shopp")},
			[]string{"canary", "shop"},
			"Namespace outside the fence",
			`The environment allows faults in canary and shop only (its namespaces), not in shopp. Did you mean "shop"?`,
		},
		"a namespace without any": {
			target.Pod,
			attrs{"namespace": word("shopp")},
			nil, "Nothing to select from",
			`There is no pod in namespace shopp. There are pods in canary and shop. Did you mean "shop"?`,
		},
		"a misspelt name": {
			target.Pod,
			attrs{"names": words("payments-1-1"), "namespace": word("canary")},
			nil, "Unknown pod",
			`There is no pod "payments-1-1" in namespace canary. Did you mean "payments-1-01"?`,
		},
		"a name that is not near any": {
			target.Node,
			attrs{"names": words("zzz")},
			nil, "Unknown node",
			`There is no node "zzz" in the cluster. It has worker-1 and worker-2.`,
		},
		"a label that has other values": {
			target.Pod,
			attrs{"labels": pairs("app", "paymets"), "namespace": word("shop")},
			nil, "Nothing selected",
			`Namespace shop has 5 pods: 0 with label app = paymets. There, label app is cart, debug and payments. Did you mean "payments"?`,
		},
		"conditions that hold one by one": {
			target.Pod,
			attrs{"labels": pairs("app", "payments"), "phase": word("Pending"), "namespace": word("shop")},
			nil, "Nothing selected",
			`Namespace shop has 5 pods: 3 with label app = payments, of these 0 with phase Pending.`,
		},
		"a label that nothing has": {
			target.Node,
			attrs{"labels": pairs("pool", "spot")},
			nil, "Nothing selected",
			`The cluster has 2 nodes: 0 with label pool = spot. None has the label pool.`,
		},
		"an owner that does not exist": {
			target.Pod,
			attrs{"owner": word("deployment/carts")},
			[]string{"shop"},
			"Nothing selected",
			`Namespace shop has 5 pods: 0 with owner deployment/carts. There, owner is deployment/cart and deployment/payments. Did you mean "deployment/cart"?`,
		},
		"no percent": {
			target.Node,
			attrs{"percent": cty.NumberIntVal(0)},
			nil, "Nothing selected",
			`2 nodes match, of which percent = 0 chooses none.`,
		},
		"expressions that do not parse": {
			target.Pod,
			attrs{"expressions": word("app in")},
			nil, "Not a label selector",
			`Expected what kubectl takes, such as "tier in (backend, cache), !canary"; found "app in": unable to parse requirement: found '' expected: '('.`,
		},
		"a field that does not exist": {
			target.Node,
			attrs{"fields": pairs("metadata.nam", "x")},
			nil, "Unknown field",
			`A node cannot be chosen by the field "metadata.nam", only by metadata.name and spec.unschedulable. Did you mean "metadata.name"?`,
		},
		"an owner without a kind": {
			target.Pod,
			attrs{"owner": word("payments")},
			nil, "Not an owner",
			`Expected the kind and the name of a workload, such as "deployment/payments"; found "payments".`,
		},
		"an empty list": {
			target.Pod,
			attrs{"names": words()},
			nil, "Empty list",
			`names = [] chooses nothing. Leave it out to choose from all, or name some.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			choice, diags := target.Choose(c.kind, body(t, c.kind, c.given), shop(), c.fence, 1)
			require.Len(t, diags, 1)
			assert.Equal(t, c.summary, diags[0].Summary)
			assert.Equal(t, c.detail, diags[0].Detail)
			assert.Empty(t, choice.Targets)
			require.NotEmpty(t, diags[0].Path)
			assert.Equal(t, cty.GetAttrStep{Name: "target"}, diags[0].Path[0])
		})
	}
}

func TestUnknownValuesAreNoErrors(t *testing.T) {
	given := attrs{
		"expressions": cty.UnknownVal(cty.String), "fields": cty.UnknownVal(cty.Map(cty.String)),
		"owner": cty.UnknownVal(cty.String), "names": cty.UnknownVal(cty.List(cty.String)),
	}
	assert.Empty(t, target.Validate(target.Pod, body(t, target.Pod, given)))
}

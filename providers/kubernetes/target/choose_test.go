package target_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

func TestEveryConditionNarrowsTheChoice(t *testing.T) {
	for name, c := range map[string]struct {
		kind   target.Kind
		given  attrs
		fence  []string
		chosen []string
		of     int
	}{
		"a namespace":                            {target.Pod, attrs{"namespace": word("canary")}, nil, []string{"pod/canary/payments-1-01"}, 1},
		"namespaces":                             {target.Pod, attrs{"namespaces": words("canary", "shop"), "labels": pairs("app", "payments")}, nil, []string{"pod/canary/payments-1-01", "pod/shop/payments-1-01", "pod/shop/payments-1-02", "pod/shop/payments-1-03"}, 6},
		"the fence, where no namespace is named": {target.Pod, attrs{}, []string{"canary"}, []string{"pod/canary/payments-1-01"}, 1},
		"without a fence, what Kubernetes itself runs is left alone": {target.Pod, attrs{"nodes": words("worker-1")}, nil, []string{"pod/shop/cart-1-01", "pod/shop/debug", "pod/shop/payments-1-01"}, 6},
		"which may be named":            {target.Pod, attrs{"namespace": word("kube-system")}, nil, []string{"pod/kube-system/coredns-1-01"}, 1},
		"expressions":                   {target.Pod, attrs{"expressions": word("app in (cart, debug), app != debug")}, []string{"shop"}, []string{"pod/shop/cart-1-01"}, 5},
		"annotations":                   {target.Pod, attrs{"annotations": pairs("team", "checkout")}, nil, []string{"pod/shop/payments-1-01"}, 6},
		"fields":                        {target.Pod, attrs{"fields": pairs("spec.nodeName", "worker-2", "metadata.namespace", "shop")}, nil, []string{"pod/shop/payments-1-02", "pod/shop/payments-1-03"}, 6},
		"names":                         {target.Pod, attrs{"names": words("debug", "shop/cart-1-01")}, []string{"shop"}, []string{"pod/shop/cart-1-01", "pod/shop/debug"}, 5},
		"labels of nodes":               {target.Pod, attrs{"node_labels": pairs("topology.kubernetes.io/zone", "b"), "namespace": word("shop")}, nil, []string{"pod/shop/payments-1-02", "pod/shop/payments-1-03"}, 5},
		"an owner":                      {target.Pod, attrs{"owner": word("Deployment/cart")}, nil, []string{"pod/shop/cart-1-01"}, 6},
		"a container":                   {target.Pod, attrs{"container": word("cart")}, nil, []string{"pod/shop/cart-1-01"}, 6},
		"a phase":                       {target.Pod, attrs{"phase": word("Pending")}, nil, []string{"pod/shop/debug"}, 6},
		"readiness":                     {target.Pod, attrs{"ready": cty.False}, nil, []string{"pod/shop/debug"}, 6},
		"nodes by label":                {target.Node, attrs{"labels": pairs("topology.kubernetes.io/zone", "a")}, []string{"shop"}, []string{"node/worker-1"}, 2},
		"nodes by name":                 {target.Node, attrs{"names": words("worker-2")}, nil, []string{"node/worker-2"}, 2},
		"workloads of both kinds":       {target.Workload, attrs{"names": words("payments"), "namespace": word("shop")}, nil, []string{"deployment/shop/payments", "statefulset/shop/payments"}, 3},
		"a workload of one kind":        {target.Workload, attrs{"names": words("deployment/payments"), "namespace": word("shop")}, nil, []string{"deployment/shop/payments"}, 2},
		"a service":                     {target.Service, attrs{"fields": pairs("spec.type", "ClusterIP")}, nil, []string{"service/shop/payments"}, 1},
		"the cluster needs no choosing": {target.Cluster, attrs{}, nil, []string{"cluster/cluster"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			choice := choose(t, c.kind, c.given, c.fence...)
			assert.Equal(t, c.chosen, namesOf(choice.Targets))
			assert.Equal(t, c.of, choice.Population)
			assert.Equal(t, len(c.chosen), choice.Eligible)
		})
	}
}

func TestTargetsCarryIdentityAndOwner(t *testing.T) {
	choice := choose(t, target.Pod, attrs{"names": words("payments-1-02", "debug"), "namespace": word("shop")})
	require.Len(t, choice.Targets, 2)
	assert.Equal(t, "uid-shop-debug", choice.Targets[0].UID)
	assert.Empty(t, choice.Targets[0].Owner, "a bare pod")
	assert.Equal(t, "uid-shop-payments-1-02", choice.Targets[1].UID)
	assert.Equal(t, "deployment/payments", choice.Targets[1].Owner)
}

func TestObjectsThatNoWorldHoldsAreLookedUpByName(t *testing.T) {
	given := body(t, target.Secret, attrs{"namespace": word("shop"), "names": words("db")})
	refs := target.Refs(target.Secret, given, []string{"shop"})
	assert.Equal(t, []world.Ref{{Kind: "secret", Namespace: "shop", Name: "db"}}, refs)

	found := world.Object{Kind: "secret", ObjectMeta: meta("shop", "db")}
	choice, diags := target.Choose(target.Secret, given, shop().With([]world.Object{found}), []string{"shop"}, 1)
	require.Empty(t, diags)
	assert.Equal(t, []string{"secret/shop/db"}, namesOf(choice.Targets))
	assert.Equal(t, "uid-shop-db", choice.Targets[0].UID)
	assert.Equal(t, 1, choice.Eligible)
	assert.Zero(t, choice.Population, "nobody has counted the others")
	assert.Zero(t, choice.Counted)

	_, diags = target.Choose(target.Secret, given, shop(), []string{"shop"}, 1)
	require.True(t, diags.HasErrors())
	assert.Equal(t, `There is no secret "db" in namespace shop.`, diags[0].Detail)
	assert.Empty(t, target.Refs(target.Secret, given, []string{"other"}), "nothing is read outside the fence")
}

func TestNamespacesAreThoseOfTheBlockOrTheFence(t *testing.T) {
	for _, given := range []attrs{{}, {"namespaces": words("canary", "shop")}} {
		block := body(t, target.Namespace, given)
		refs := target.Refs(target.Namespace, block, []string{"shop", "canary"})
		assert.Equal(t, []world.Ref{{Kind: "namespace", Name: "canary"}, {Kind: "namespace", Name: "shop"}}, refs)
		w := shop().With([]world.Object{{Kind: "namespace", ObjectMeta: meta("", "canary")}, {Kind: "namespace", ObjectMeta: meta("", "shop")}})
		choice, diags := target.Choose(target.Namespace, block, w, []string{"shop", "canary"}, 1)
		require.Empty(t, diags)
		assert.Equal(t, []string{"namespace/canary", "namespace/shop"}, namesOf(choice.Targets))
	}
}

// The fence is what there is of namespaces: of those that a block names, all would always be hit.
func TestNamespacesAreAShareOfTheFence(t *testing.T) {
	block := body(t, target.Namespace, attrs{"namespace": word("shop")})
	w := shop().With([]world.Object{{Kind: "namespace", ObjectMeta: meta("", "shop")}})
	for of, fence := range map[int][]string{3: {"shop", "canary", "bank", "shop"}, 0: nil} {
		choice, diags := target.Choose(target.Namespace, block, w, fence, 1)
		require.Empty(t, diags)
		assert.Equal(t, []string{"namespace/shop"}, namesOf(choice.Targets))
		assert.Equal(t, of, choice.Population)
		assert.Equal(t, of > 0, choice.Counted.Holds(choice.Targets[0]))
	}
}

// What was counted is what the block may reach, and not what it chose: other blocks may reach the same.
func TestWhatWasCountedIsSaid(t *testing.T) {
	both := []string{"deployment", "statefulset"}
	for name, c := range map[string]struct {
		kind  target.Kind
		given attrs
		fence []string
		want  providers.Scope
	}{
		"the namespaces of the block": {target.Pod, attrs{"namespaces": words("shop", "canary"), "labels": pairs("app", "cart")}, nil, providers.Scope{Kinds: []string{"pod"}, Namespaces: []string{"canary", "shop"}}},
		"the fence":                   {target.Pod, attrs{"labels": pairs("app", "cart")}, []string{"shop", "canary", "shop"}, providers.Scope{Kinds: []string{"pod"}, Namespaces: []string{"canary", "shop"}}},
		"everywhere":                  {target.Pod, attrs{"labels": pairs("app", "cart")}, nil, providers.Scope{Kinds: []string{"pod"}}},
		"workloads of both kinds":     {target.Workload, attrs{"names": words("payments"), "namespace": word("shop")}, nil, providers.Scope{Kinds: both, Namespaces: []string{"shop"}}},
		"both kinds, one of them hit": {target.Workload, attrs{"names": words("payments"), "namespace": word("shop"), "count": cty.NumberIntVal(1)}, nil, providers.Scope{Kinds: both, Namespaces: []string{"shop"}}},
		"workloads of one kind":       {target.Workload, attrs{"names": words("cart"), "namespace": word("shop")}, nil, providers.Scope{Kinds: both[:1], Namespaces: []string{"shop"}}},
		"nodes are in no namespace":   {target.Node, attrs{"names": words("worker-2")}, []string{"shop"}, providers.Scope{Kinds: []string{"node"}}},
		"the cluster":                 {target.Cluster, attrs{}, []string{"shop"}, providers.Scope{Kinds: []string{"cluster"}}},
	} {
		t.Run(name, func(t *testing.T) {
			choice := choose(t, c.kind, c.given, c.fence...)
			assert.Equal(t, c.want, choice.Counted)
			for _, chosen := range choice.Targets {
				assert.True(t, choice.Counted.Holds(chosen), "%+v", chosen)
			}
		})
	}
}

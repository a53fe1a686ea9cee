package target_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// attrs are the attributes of a target block.
type attrs map[string]cty.Value

func word(s string) cty.Value { return cty.StringVal(s) }

func words(all ...string) cty.Value {
	list := make([]cty.Value, len(all))
	for i, s := range all {
		list[i] = cty.StringVal(s)
	}
	if len(list) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	return cty.ListVal(list)
}

func pairs(keysAndValues ...string) cty.Value {
	m := map[string]cty.Value{}
	for i := 0; i < len(keysAndValues); i += 2 {
		m[keysAndValues[i]] = cty.StringVal(keysAndValues[i+1])
	}
	return cty.MapVal(m)
}

// body checks against the schema that the attributes exist and have their types.
func body(t require.TestingT, kind target.Kind, given attrs) schema.Values {
	object := map[string]cty.Value{}
	for _, a := range target.Block(kind).Block.Attributes {
		object[a.Name] = cty.NullVal(a.Type.Cty())
		if value, ok := given[a.Name]; ok {
			require.Truef(t, value.Type().Equals(a.Type.Cty()), "%s is of type %s", a.Name, a.Type.Cty().FriendlyName())
			object[a.Name] = value
		}
	}
	for name := range given {
		require.Containsf(t, object, name, "a target block of %s takes no %s", kind, name)
	}
	return schema.NewValues(cty.ObjectVal(object))
}

func meta(namespace, name string, labels ...string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID("uid-" + namespace + "-" + name), Labels: map[string]string{}}
	for i := 0; i < len(labels); i += 2 {
		m.Labels[labels[i]] = labels[i+1]
	}
	return m
}

func controlledBy(m metav1.ObjectMeta, kind, name string) metav1.ObjectMeta {
	yes := true
	m.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: name, UID: types.UID("uid-" + m.Namespace + "-" + name), Controller: &yes}}
	return m
}

// pod is one of a Deployment, through its ReplicaSet "app-1".
func pod(namespace, app string, i int, node string) corev1.Pod {
	m := controlledBy(meta(namespace, fmt.Sprintf("%s-1-%02d", app, i), "app", app), "ReplicaSet", app+"-1")
	return corev1.Pod{
		ObjectMeta: m,
		Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: app}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{
			{Type: corev1.PodReady, Status: corev1.ConditionTrue},
		}},
	}
}

func deployment(namespace, app string) (appsv1.Deployment, appsv1.ReplicaSet) {
	return appsv1.Deployment{ObjectMeta: meta(namespace, app, "app", app)},
		appsv1.ReplicaSet{ObjectMeta: controlledBy(meta(namespace, app+"-1"), "Deployment", app)}
}

func node(name, zone string) corev1.Node {
	return corev1.Node{ObjectMeta: meta("", name, "topology.kubernetes.io/zone", zone)}
}

// shop is a cluster of two zones: payments and cart in shop, payments in canary,
// and what Kubernetes itself runs.
func shop() *world.World {
	w := &world.World{
		Nodes: []corev1.Node{node("worker-1", "a"), node("worker-2", "b")},
		Pods: []corev1.Pod{
			pod("shop", "payments", 1, "worker-1"), pod("shop", "payments", 2, "worker-2"), pod("shop", "payments", 3, "worker-2"),
			pod("shop", "cart", 1, "worker-1"), pod("canary", "payments", 1, "worker-2"), pod("kube-system", "coredns", 1, "worker-1"),
			{ObjectMeta: meta("shop", "debug", "app", "debug"), Spec: corev1.PodSpec{NodeName: "worker-1"}, Status: corev1.PodStatus{Phase: corev1.PodPending}},
		},
		StatefulSets: []appsv1.StatefulSet{{ObjectMeta: meta("shop", "payments", "app", "db")}},
		Services:     []corev1.Service{{ObjectMeta: meta("shop", "payments"), Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeClusterIP}}},
	}
	for _, at := range [][2]string{{"shop", "payments"}, {"shop", "cart"}, {"canary", "payments"}} {
		d, r := deployment(at[0], at[1])
		w.Deployments, w.ReplicaSets = append(w.Deployments, d), append(w.ReplicaSets, r)
	}
	w.Pods[0].Annotations = map[string]string{"team": "checkout"}
	return w
}

func namesOf(targets []providers.Target) []string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Kind+"/"+t.Name)
	}
	return names
}

func choose(t *testing.T, kind target.Kind, given attrs, fence ...string) target.Choice {
	t.Helper()
	choice, diags := target.Choose(kind, body(t, kind, given), shop(), fence, 1)
	require.Empty(t, diags)
	return choice
}

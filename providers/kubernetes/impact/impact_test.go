package impact_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/impact"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID(namespace + "/" + name)}
}

func owned(m metav1.ObjectMeta, kind, name string) metav1.ObjectMeta {
	yes := true
	m.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: name, UID: types.UID(m.Namespace + "/" + name), Controller: &yes}}
	return m
}

// add puts a Deployment with ready pods behind a service of its name into a world.
func add(w *world.World, namespace, app string, replicas int, nodes ...string) {
	wants := int32(replicas)
	set := app + "-1"
	w.Deployments = append(w.Deployments, appsv1.Deployment{ObjectMeta: meta(namespace, app), Spec: appsv1.DeploymentSpec{Replicas: &wants}})
	w.ReplicaSets = append(w.ReplicaSets, appsv1.ReplicaSet{ObjectMeta: owned(meta(namespace, set), "Deployment", app), Spec: appsv1.ReplicaSetSpec{Replicas: &wants}})
	slice := discoveryv1.EndpointSlice{ObjectMeta: meta(namespace, app)}
	slice.Labels = map[string]string{discoveryv1.LabelServiceName: app}
	for i, node := range nodes {
		m := owned(meta(namespace, fmt.Sprintf("%s-%d", set, i)), "ReplicaSet", set)
		m.Labels = map[string]string{"app": app}
		p := corev1.Pod{ObjectMeta: m, Spec: corev1.PodSpec{NodeName: node}}
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		w.Pods = append(w.Pods, p)
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{TargetRef: &corev1.ObjectReference{UID: p.UID}})
	}
	w.Services = append(w.Services, corev1.Service{ObjectMeta: meta(namespace, app)})
	w.Slices = append(w.Slices, slice)
}

func budget(namespace, app string, allowed, healthy, wanted int32) policyv1.PodDisruptionBudget {
	return policyv1.PodDisruptionBudget{
		ObjectMeta: meta(namespace, app),
		Spec:       policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}},
		Status:     policyv1.PodDisruptionBudgetStatus{DisruptionsAllowed: allowed, CurrentHealthy: healthy, ExpectedPods: healthy, DesiredHealthy: wanted},
	}
}

// shop: payments twice with a budget for one, cart once, on two nodes with an
// agent each.
func shop() *world.World {
	w := &world.World{Namespaces: []string{"shop"}}
	add(w, "shop", "payments", 2, "worker-1", "worker-2")
	add(w, "shop", "cart", 1, "worker-1")
	w.Budgets = []policyv1.PodDisruptionBudget{budget("shop", "payments", 1, 2, 1), budget("other", "payments", 0, 2, 2)}
	for _, name := range []string{"worker-1", "worker-2"} {
		w.Nodes = append(w.Nodes, corev1.Node{ObjectMeta: meta("", name)})
		w.Pods = append(w.Pods, corev1.Pod{ObjectMeta: owned(meta("shop", "agent-"+name), "DaemonSet", "agent"), Spec: corev1.PodSpec{NodeName: name}})
	}
	return w
}

func podsNamed(names ...string) []providers.Target {
	var out []providers.Target
	for _, name := range names {
		out = append(out, providers.Target{Kind: "pod", Name: name, UID: name})
	}
	return out
}

func texts(all providers.Diagnostics) []string {
	var out []string
	for _, d := range all {
		out = append(out, d.Summary+": "+d.Detail)
	}
	return out
}

func TestImpact(t *testing.T) {
	const (
		cartAlone = "A workload with a single replica: Nothing stands in for it until its pod is back: deployment/cart."
		cartEmpty = "A service would have no ready endpoints: All ready endpoints are hit: shop/cart (1 endpoint)."
	)
	for name, c := range map[string]struct {
		change   func(*world.World)
		targets  []providers.Target
		radius   []string
		warnings []string
	}{
		"one of two": {nil, podsNamed("shop/payments-1-0"), []string{"1 of 2 pods of deployment/payments"}, nil},
		"both, beyond the budget": {
			nil, podsNamed("shop/payments-1-0", "shop/payments-1-1"),
			[]string{"2 of 2 pods of deployment/payments"},
			[]string{
				"A disruption budget would be broken: shop/payments allows 1 disruption now (2 of 2 pods are healthy, it wants 1), and 2 would be hit.",
				"A service would have no ready endpoints: All ready endpoints are hit: shop/payments (2 endpoints).",
			},
		},
		"a pod that is not ready costs the budget nothing": {
			func(w *world.World) { w.Pods[1].Status.Conditions = nil },
			podsNamed("shop/payments-1-0", "shop/payments-1-1"),
			[]string{"2 of 2 pods of deployment/payments"},
			[]string{"A service would have no ready endpoints: All ready endpoints are hit: shop/payments (2 endpoints)."},
		},
		"an endpoint that is not ready does not count": {
			func(w *world.World) { no := false; w.Slices[0].Endpoints[1].Conditions.Ready = &no },
			podsNamed("shop/payments-1-0"),
			[]string{"1 of 2 pods of deployment/payments"},
			[]string{"A service would have no ready endpoints: All ready endpoints are hit: shop/payments (1 endpoint)."},
		},
		"the only one": {nil, podsNamed("shop/cart-1-0"), []string{"1 of 1 pod of deployment/cart"}, []string{cartEmpty, cartAlone}},
		"a workload that is being scaled": {
			func(w *world.World) { three := int32(3); w.Deployments[0].Spec.Replicas = &three },
			podsNamed("shop/payments-1-0"),
			[]string{"1 of 2 pods of deployment/payments (it wants 3)"},
			nil,
		},
		"several namespaces": {
			func(w *world.World) { add(w, "canary", "payments", 2, "worker-1", "worker-2") },
			podsNamed("shop/payments-1-0", "canary/payments-1-0"),
			[]string{"1 of 2 pods of deployment/payments in canary", "1 of 2 pods of deployment/payments in shop"},
			nil,
		},
		"a node": {
			nil,
			[]providers.Target{{Kind: "node", Name: "worker-1"}},
			[]string{
				"1 of 1 pod of deployment/cart", "1 of 2 pods of deployment/payments", "1 pod of DaemonSets and of nodes themselves",
				"whatever else runs there outside of shop, which is all that this environment reads",
			},
			[]string{cartEmpty, cartAlone},
		},
		"a node of the control plane, with a pod of nobody": {
			func(w *world.World) {
				w.Nodes[1].Labels = map[string]string{"node-role.kubernetes.io/control-plane": ""}
				w.Pods = append(w.Pods, corev1.Pod{ObjectMeta: meta("shop", "debug"), Spec: corev1.PodSpec{NodeName: "worker-2"}})
				w.Namespaces = nil
			},
			[]providers.Target{{Kind: "node", Name: "worker-2"}},
			[]string{"1 of 2 pods of deployment/payments", "1 pod of DaemonSets and of nodes themselves"},
			[]string{
				"A pod without a controller: Nothing replaces it if it is lost with its node: shop/debug.",
				"A node of the control plane: The API server may not answer during the fault, and then nothing can be seen or undone: worker-2.",
			},
		},
		"a workload, whose budget follows its size": {
			nil,
			[]providers.Target{{Kind: "deployment", Name: "shop/payments", UID: "shop/payments"}},
			[]string{"2 of 2 pods of deployment/payments"},
			[]string{"A service would have no ready endpoints: All ready endpoints are hit: shop/payments (2 endpoints)."},
		},
		"nothing": {nil, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := shop()
			if c.change != nil {
				c.change(w)
			}
			got := impact.Of(w, c.targets)
			assert.Equal(t, c.radius, got.Radius)
			assert.Equal(t, c.warnings, texts(got.Warnings))
			for _, d := range got.Warnings {
				assert.Equal(t, providers.Warning, d.Severity)
			}
		})
	}
}

func TestSharesOfWhatIsNotHarmedAtOnce(t *testing.T) {
	w := shop()
	w.Pods[0].Spec.Volumes = []corev1.Volume{{VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}}}}
	w.Pods[2].Spec.Containers = []corev1.Container{{EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "key"}}}}}}
	w.Pods[0].Spec.Volumes = append(w.Pods[0].Spec.Volumes, corev1.Volume{VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
		{Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "joined"}}},
	}}}})
	w.Pods[1].Spec.InitContainers = []corev1.Container{{Env: []corev1.EnvVar{{ValueFrom: &corev1.EnvVarSource{
		ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "first"}},
	}}}}}
	for name, c := range map[string]struct {
		target providers.Target
		want   []string
	}{
		"behind a service":     {providers.Target{Kind: "service", Name: "shop/payments"}, []string{"2 of 2 pods of deployment/payments"}},
		"in a namespace":       {providers.Target{Kind: "namespace", Name: "shop"}, []string{"2 of 2 pods of daemonset/agent", "1 of 1 pod of deployment/cart", "2 of 2 pods of deployment/payments"}},
		"with a ConfigMap":     {providers.Target{Kind: "configmap", Name: "shop/settings"}, []string{"1 of 2 pods of deployment/payments"}},
		"with a Secret":        {providers.Target{Kind: "secret", Name: "shop/key"}, []string{"1 of 1 pod of deployment/cart"}},
		"in a joined volume":   {providers.Target{Kind: "secret", Name: "shop/joined"}, []string{"1 of 2 pods of deployment/payments"}},
		"in what runs first":   {providers.Target{Kind: "configmap", Name: "shop/first"}, []string{"1 of 2 pods of deployment/payments"}},
		"of another namespace": {providers.Target{Kind: "configmap", Name: "sho/settings"}, nil},
		"a Secret's namesake":  {providers.Target{Kind: "configmap", Name: "shop/key"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := impact.Shares(w, []providers.Target{c.target})
			assert.Equal(t, c.want, got.Radius)
			assert.Empty(t, got.Warnings)
		})
	}
}

func TestALargeHitIsCounted(t *testing.T) {
	w := &world.World{}
	for i := range 25 {
		add(w, "shop", fmt.Sprintf("app-%02d", i), 1, "worker-1")
	}
	got := impact.Of(w, []providers.Target{{Kind: "node", Name: "worker-1"}})
	assert.Len(t, got.Radius, 11)
	assert.Equal(t, "pods of 15 more workloads", got.Radius[10])
	assert.Contains(t, texts(got.Warnings)[0], "25 services would have no ready endpoints")
	assert.Contains(t, texts(got.Warnings)[0], "and 15 more")
}

func TestGone(t *testing.T) {
	emptyDir := corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	w := shop()
	for _, i := range []int{0, 1} {
		w.Pods[i].Spec.Volumes = []corev1.Volume{
			{Name: "tmp", VolumeSource: emptyDir},
			{Name: "settings", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}}},
			{Name: "cache", VolumeSource: emptyDir},
		}
	}
	w.Pods = append(w.Pods, corev1.Pod{ObjectMeta: owned(meta("shop", "migrate-1"), "Job", "migrate")})
	for name, c := range map[string]struct {
		targets []providers.Target
		want    []string
	}{
		"nothing is":         {podsNamed("shop/cart-1-0"), nil},
		"volumes of one pod": {podsNamed("shop/payments-1-0"), []string{"what is in emptyDir volumes of 1 pod is lost: cache, tmp"}},
		"volumes of a workload": {
			[]providers.Target{{Kind: "deployment", Name: "shop/payments", UID: "shop/payments"}},
			[]string{"what is in emptyDir volumes of 2 pods is lost: cache, tmp"},
		},
		"a try of a Job": {podsNamed("shop/migrate-1"), []string{"job/migrate counts 1 pod as failed, towards its backoffLimit"}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, impact.Gone(w, c.targets)) })
	}
}

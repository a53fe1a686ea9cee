package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

func setOf(uid string, replicas int32) appsv1.StatefulSet {
	return appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db", UID: types.UID(uid)},
		Spec:       appsv1.StatefulSetSpec{Replicas: &replicas},
	}
}

func podOf(set, uid string) corev1.Pod {
	yes := true
	return corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: "shop", Name: set + "-0",
		OwnerReferences: []metav1.OwnerReference{{Kind: "StatefulSet", Name: set, UID: types.UID(uid), Controller: &yes}},
	}}
}

// TestOwnersAreMissedByUID is about who owes pods after a kill.
func TestOwnersAreMissedByUID(t *testing.T) {
	db := owner{Kind: "StatefulSet", Namespace: "shop", Name: "db", UID: "1"}
	for name, tt := range map[string]struct {
		world *world.World
		want  string
	}{
		"has what it wants":            {&world.World{StatefulSets: []appsv1.StatefulSet{setOf("1", 1)}, Pods: []corev1.Pod{podOf("db", "1")}}, ""},
		"has none, and no pod says so": {&world.World{StatefulSets: []appsv1.StatefulSet{setOf("1", 2)}}, "shop/statefulset/db has 0 of 2 pods"},
		"was scaled to nothing":        {&world.World{StatefulSets: []appsv1.StatefulSet{setOf("1", 0)}}, ""},
		"was scaled up meanwhile":      {&world.World{StatefulSets: []appsv1.StatefulSet{setOf("1", 3)}, Pods: []corev1.Pod{podOf("db", "1")}}, "shop/statefulset/db has 1 of 3 pods"},
		"is gone":                      {&world.World{}, ""},
		"was made anew under its name": {&world.World{StatefulSets: []appsv1.StatefulSet{setOf("2", 5)}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, shortIn(tt.world, []owner{db}))
		})
	}
}

func TestImagesAreCompared(t *testing.T) {
	for name, tt := range map[string]struct {
		image, id, asked string
		want             bool
	}{
		"the same":            {"registry.k8s.io/pause:3.10.1", "", "registry.k8s.io/pause:3.10.1", true},
		"completed":           {"docker.io/library/busybox:1", "", "busybox:1", true},
		"another":             {"gameday/shop:dev", "", "registry.k8s.io/pause:3.10.1", false},
		"another of like end": {"example.com/notbusybox:1", "", "busybox:1", false},
		"by digest":           {"sha256:1", "registry.k8s.io/pause@sha256:abc", "registry.k8s.io/pause@sha256:abc", true},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, runs(&corev1.ContainerStatus{Image: tt.image, ImageID: tt.id}, tt.asked))
		})
	}
}

func TestLeaversOfANode(t *testing.T) {
	yes := true
	pod := func(name, node, owner string, annotations map[string]string) corev1.Pod {
		p := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations}, Spec: corev1.PodSpec{NodeName: node}}
		if owner != "" {
			p.OwnerReferences = []metav1.OwnerReference{{Kind: owner, Controller: &yes}}
		}
		return p
	}
	w := &world.World{Pods: []corev1.Pod{
		pod("web", "a", "ReplicaSet", nil), pod("bare", "a", "", nil), pod("agent", "a", "DaemonSet", nil),
		pod("etcd", "a", "Node", map[string]string{corev1.MirrorPodAnnotationKey: "x"}), pod("elsewhere", "b", "ReplicaSet", nil), pod("pending", "", "ReplicaSet", nil),
		inNamespace(metav1.NamespaceSystem, pod("dns", "a", "ReplicaSet", nil)),
	}}
	var names []string
	for _, p := range leavers(w, targetsOf("a")) {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"web", "bare"}, names)
}

func inNamespace(namespace string, pod corev1.Pod) corev1.Pod {
	pod.Namespace = namespace
	return pod
}

// TestDrainSaysWhereItActs: its targets are nodes, and the policy protects namespaces.
func TestDrainSaysWhereItActs(t *testing.T) {
	w := &world.World{}
	for _, ns := range []string{"shop", "bank", metav1.NamespaceSystem} {
		w.Pods = append(w.Pods, inNamespace(ns, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: corev1.PodSpec{NodeName: "a"}}))
	}
	var plan providers.FaultPlan
	nodeDrain{}.plan(t.Context(), planning{
		session: &session{Cluster: &cluster.Cluster{}}, world: w, plan: &plan, choice: target.Choice{Targets: targetsOf("a")},
		config: decoded(t, &fault{behavior: nodeDrain{}}, "force = true\ntarget {}"),
	})
	assert.Equal(t, []string{"bank", "shop"}, plan.Namespaces)
	assert.Contains(t, plan.Radius, "pods in kube-system stay")
}

// TestDrainKeepsToTheNamespacesOfItsPlan: pods are scheduled onto a node between the plan and the fault.
func TestDrainKeepsToTheNamespacesOfItsPlan(t *testing.T) {
	pod := inNamespace("bank", corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: corev1.PodSpec{NodeName: "a"}})
	leaving := []*corev1.Pod{&pod}
	for name, planned := range map[string]*providers.FaultPlan{
		"the namespace was shown": {Namespaces: []string{"bank", "shop"}},
		"there was no plan":       nil,
	} {
		assert.NoError(t, asPlanned(leaving, planned), name)
	}
	for name, planned := range map[string]*providers.FaultPlan{
		"another namespace was shown": {Namespaces: []string{"shop"}},
		"nothing was to leave":        {},
	} {
		assert.ErrorContains(t, asPlanned(leaving, planned), "the pod bank/web has come to node a since the plan", name)
	}
}

func targetsOf(nodes ...string) []providers.Target {
	var out []providers.Target
	for _, name := range nodes {
		out = append(out, providers.Target{Kind: "node", Name: name})
	}
	return out
}

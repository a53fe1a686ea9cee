package world_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID(namespace + "/" + name),
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
		Annotations:   map[string]string{corev1.LastAppliedConfigAnnotation: "{}", "team": "checkout"},
	}
}

func ownedBy(m metav1.ObjectMeta, kind, name string) metav1.ObjectMeta {
	yes := true
	m.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: name, UID: types.UID(m.Namespace + "/" + name), Controller: &yes}}
	return m
}

func replicas(n int32) *int32 { return &n }

func pod(namespace, name string, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: meta(namespace, name),
		Spec: corev1.PodSpec{
			NodeName: "worker-1", Affinity: &corev1.Affinity{}, Tolerations: []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
			Containers: []corev1.Container{{Name: "app", Env: []corev1.EnvVar{{Name: "PASSWORD", Value: "hunter2"}}}},
		},
		Status: corev1.PodStatus{Phase: phase, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, Message: "fine"}}},
	}
}

func TestAWorldHoldsWhatLivesInTheFence(t *testing.T) {
	ending := pod("shop", "ending", corev1.PodRunning)
	ending.DeletionTimestamp, ending.Finalizers = &metav1.Time{}, []string{"x"}
	reaper := pod("shop", "gameday-reaper-x", corev1.PodRunning)
	reaper.Labels = map[string]string{undo.LabelRun: "run"}
	client := fake.NewClientset(
		reaper, pod("shop", "a", corev1.PodRunning), pod("shop", "done", corev1.PodSucceeded), ending, pod("other", "b", corev1.PodRunning),
		&corev1.Node{ObjectMeta: meta("", "worker-1"), Status: corev1.NodeStatus{Images: []corev1.ContainerImage{{Names: []string{"x"}}}}},
		&appsv1.ReplicaSet{ObjectMeta: meta("shop", "old"), Spec: appsv1.ReplicaSetSpec{Replicas: replicas(0)}},
		&appsv1.ReplicaSet{ObjectMeta: meta("shop", "new"), Spec: appsv1.ReplicaSetSpec{Replicas: replicas(1)}},
	)
	w, err := world.Read(t.Context(), client, []string{"shop"})
	require.NoError(t, err)
	require.Len(t, w.Pods, 1, "what has ended, is ending, lies outside the fence or was put there by a run is left out")
	p := w.Pods[0]
	assert.Equal(t, "a", p.Name)
	assert.Equal(t, map[string]string{"team": "checkout"}, p.Annotations)
	assert.Empty(t, p.ManagedFields)
	assert.Nil(t, p.Spec.Affinity)
	assert.Len(t, p.Spec.Tolerations, 1, "by them a taint makes it leave, or not")
	assert.Empty(t, p.Spec.Containers[0].Env, "no values of the environment: they may be secret")
	assert.True(t, world.Ready(&p))
	require.Len(t, w.Nodes, 1)
	assert.Empty(t, w.Nodes[0].Status.Images)
	require.Len(t, w.ReplicaSets, 1, "old revisions own nothing")
	assert.Equal(t, []string{"shop"}, w.Namespaces)
	assert.Empty(t, w.Denied)
}

func TestWhatThisUserMayNotListIsNamed(t *testing.T) {
	client := fake.NewClientset(pod("shop", "a", corev1.PodRunning))
	for _, resource := range []string{"nodes", "services"} {
		client.PrependReactor("list", resource, func(clienttesting.Action) (bool, runtime.Object, error) {
			return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", nil)
		})
	}
	w, err := world.Read(t.Context(), client, []string{"shop"})
	require.NoError(t, err)
	assert.Equal(t, []string{"nodes", "services in shop"}, w.Denied)
	assert.Len(t, w.Pods, 1)

	w, err = world.Read(t.Context(), client, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"nodes", "services in all namespaces"}, w.Denied)
}

func TestAServerThatFailsIsAnError(t *testing.T) {
	client := fake.NewClientset()
	client.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewInternalError(assert.AnError)
	})
	_, err := world.Read(t.Context(), client, []string{"shop"})
	assert.ErrorContains(t, err, "read the cluster: list pods in shop:")
}

// The server answers in pages of one pod, and forgets the list once.
func TestAListThatTheServerForgetsIsReadAnew(t *testing.T) {
	client := fake.NewClientset()
	var asked []string
	client.PrependReactor("list", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
		list, _ := a.(clienttesting.ListActionImpl)
		from := list.GetListOptions().Continue
		asked = append(asked, from)
		switch {
		case from == "" && len(asked) == 1:
			return true, &corev1.PodList{ListMeta: metav1.ListMeta{Continue: "one"}, Items: []corev1.Pod{*pod("shop", "stale", corev1.PodRunning)}}, nil
		case from == "one":
			return true, nil, apierrors.NewResourceExpired("too old")
		case from == "":
			return true, &corev1.PodList{ListMeta: metav1.ListMeta{Continue: "two"}, Items: []corev1.Pod{*pod("shop", "a", corev1.PodRunning)}}, nil
		default:
			return true, &corev1.PodList{Items: []corev1.Pod{*pod("shop", "b", corev1.PodRunning)}}, nil
		}
	})
	w, err := world.Read(t.Context(), client, []string{"shop"})
	require.NoError(t, err)
	assert.Equal(t, []string{"", "one", "", "two"}, asked)
	require.Len(t, w.Pods, 2, "nothing twice, nothing of the forgotten list")
	assert.Equal(t, "a", w.Pods[0].Name)
	assert.Equal(t, "b", w.Pods[1].Name)
}

func TestOwners(t *testing.T) {
	w := &world.World{
		Deployments:  []appsv1.Deployment{{ObjectMeta: meta("shop", "cart"), Spec: appsv1.DeploymentSpec{Replicas: replicas(3)}}},
		ReplicaSets:  []appsv1.ReplicaSet{{ObjectMeta: ownedBy(meta("shop", "cart-1"), "Deployment", "cart")}, {ObjectMeta: meta("shop", "alone-1"), Spec: appsv1.ReplicaSetSpec{Replicas: replicas(2)}}},
		StatefulSets: []appsv1.StatefulSet{{ObjectMeta: meta("shop", "db")}},
		DaemonSets:   []appsv1.DaemonSet{{ObjectMeta: meta("shop", "agent"), Status: appsv1.DaemonSetStatus{DesiredNumberScheduled: 7}}},
	}
	for name, c := range map[string]struct {
		kind, owner string
		want        string
		replicas    int
	}{
		"a Deployment, through its ReplicaSet": {"ReplicaSet", "cart-1", "deployment/cart", 3},
		"a ReplicaSet of its own":              {"ReplicaSet", "alone-1", "replicaset/alone-1", 2},
		"a ReplicaSet that is not known":       {"ReplicaSet", "new-1", "replicaset/new-1", 0},
		"a StatefulSet":                        {"StatefulSet", "db", "statefulset/db", 1},
		"a DaemonSet":                          {"DaemonSet", "agent", "daemonset/agent", 7},
		"what is not read":                     {"Job", "import", "job/import", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := &corev1.Pod{ObjectMeta: ownedBy(meta("shop", "p"), c.kind, c.owner)}
			owner, ok := w.OwnerOf(p)
			require.True(t, ok)
			assert.Equal(t, c.want, owner.String())
			assert.Equal(t, c.replicas, owner.Replicas)
		})
	}
	_, ok := w.OwnerOf(pod("shop", "bare", corev1.PodRunning))
	assert.False(t, ok)
}

func TestAWorldWithObjectsKnowsWhatItKnewBefore(t *testing.T) {
	w := &world.World{
		Denied: []string{"nodes"}, Nodes: []corev1.Node{{ObjectMeta: meta("", "worker-1")}},
		Pods: []corev1.Pod{{ObjectMeta: ownedBy(meta("shop", "p"), "StatefulSet", "db")}},
	}
	with := w.With([]world.Object{{Kind: "secret", ObjectMeta: meta("shop", "key")}})
	_, ok := with.Node("worker-1")
	assert.True(t, ok)
	assert.Equal(t, 1, with.Owned("shop/db"))
	assert.Equal(t, []string{"nodes"}, with.Denied)
	assert.Len(t, with.Objects, 1)
	assert.Empty(t, w.Objects, "the world itself is shared by all faults")
}

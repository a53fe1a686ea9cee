package kubernetes

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// settlingFault is a fault with its record, on a cluster in memory.
func settlingFault(t *testing.T, b behavior, targets []providers.Target, steps []undo.Step, data any, objects ...runtime.Object) (*apitest.Server, *fake.Clientset, *fault, providers.Record) {
	t.Helper()
	server, api := apitest.New(t)
	client, p, access := fake.NewClientset(objects...), New(), cluster.Access{}
	p.sessions.all = map[string]*session{access.Key(): newSession(&cluster.Cluster{Access: access, API: api, Typed: client})}
	known, err := json.Marshal(data)
	require.NoError(t, err)
	whole, err := json.Marshal(recorded{Steps: steps, Data: known})
	require.NoError(t, err)
	return server, client, &fault{behavior: b, provider: p}, providers.Record{
		ID: "01SETTLE", Run: "run", Address: "experiment.x.fault.y", Type: b.typeName(), Version: recordVersion, Undo: whole, Targets: targets,
		Deadline: time.Now().Add(time.Minute),
	}
}

func observed(t *testing.T, f *fault, record providers.Record) providers.Observation {
	t.Helper()
	seen, err := f.Observe(t.Context(), record)
	require.NoError(t, err)
	return seen
}

// TestASlowRolloutIsSettlingOnceItsTemplateIsBack: before that it is the fault that is there, whatever the pods do.
func TestASlowRolloutIsSettlingOnceItsTemplateIsBack(t *testing.T) {
	const path = "/apis/apps/v1/namespaces/shop/deployments/web"
	old := aPod("web-old")
	old.Labels, old.Annotations = map[string]string{"app": "web"}, map[string]string{annotationRestart: "01SETTLE"}
	targets := []providers.Target{{Kind: kindDeployment, Name: "shop/web", UID: "web"}}
	steps := []undo.Step{{Kind: undo.Restore, Path: path}}
	server, client, f, record := settlingFault(t, rolloutRestart{}, targets, steps, revisions{"shop/web": "1"}, old)
	server.Put(path, map[string]any{
		"metadata": map[string]any{"namespace": "shop", "name": "web", "uid": "web"},
		"spec":     map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}}, "template": map[string]any{"metadata": map[string]any{}}},
	})
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: record}))
	assert.False(t, observed(t, f, record).Settling, "its annotation is there")

	require.NoError(t, f.Revert(t.Context(), record))
	const left = "deployment/shop/web has 1 pods of the fault's rollout left: its second rollout goes on"
	assert.Equal(t, providers.Observation{State: providers.Partial, Settling: true, Detail: left}, observed(t, f, record))
	require.NoError(t, client.CoreV1().Pods("shop").Delete(t.Context(), old.Name, metav1.DeleteOptions{}))
	assert.Equal(t, providers.Observation{State: providers.Absent}, observed(t, f, record))
}

// TestWhatSettlesByItself: a controller or a kubelet is slow, and nothing of the fault is left. A node that is still closed is of it.
func TestWhatSettlesByItself(t *testing.T) {
	set, pod := setOf("1", 2), aPod("a")
	owners := []owner{{Kind: "StatefulSet", Namespace: "shop", Name: "db", UID: "1"}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}}}
	open := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "worker", UID: "uid-worker"}}
	tainted := open.DeepCopy()
	tainted.Spec.Taints = []corev1.Taint{{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule}}
	onPod, onNode := []providers.Target{podTarget("a")}, []providers.Target{{Kind: "node", Name: "worker", UID: "uid-worker"}}
	const short, idle = "shop/statefulset/db has 0 of 2 pods", "container app of shop/a does not run yet"
	for name, c := range map[string]struct {
		behavior behavior
		targets  []providers.Target
		data     any
		objects  []runtime.Object
		settling bool
		detail   string
	}{
		"pods that were killed":            {podKill{}, onPod, killed{Owners: owners}, []runtime.Object{&set}, true, short},
		"a container that was killed":      {containerKill{}, onPod, []shot{{Name: "app"}}, []runtime.Object{pod}, true, idle},
		"pods that were evicted":           {nodeDrain{}, onNode, drained{Owners: owners}, []runtime.Object{&set, open}, true, short},
		"a node that is still closed":      {nodeDrain{}, onNode, drained{Owners: owners}, []runtime.Object{&set, tainted}, false, "node worker still has the taint node.kubernetes.io/unschedulable"},
		"pods that an operator has killed": {operated{Operated{Evidence: EvidencePodsGone}}, onPod, killed{Owners: owners}, []runtime.Object{&set}, true, short},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, f, record := settlingFault(t, c.behavior, c.targets, nil, c.data, c.objects...)
			assert.Equal(t, providers.Observation{State: providers.Partial, Settling: c.settling, Detail: c.detail}, observed(t, f, record))
		})
	}
}

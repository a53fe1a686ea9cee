package kubernetes

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// hunted is a pod_failure with dynamic_targets on a cluster in memory.
type hunted struct {
	*apitest.Server
	api    undo.API
	typed  *fake.Clientset
	record providers.Record
}

func newHunted(t *testing.T) *hunted {
	t.Helper()
	h := &hunted{typed: fake.NewClientset()}
	h.Server, h.api = apitest.New(t)
	h.appear(t, "a", "shop")
	targets := []providers.Target{podTarget("a")}
	steps, err := restoring(targets)
	require.NoError(t, err)
	data, err := json.Marshal(failed{Images: map[string]string{"uid-a": "pause"}})
	require.NoError(t, err)
	text, err := json.Marshal(recorded{Steps: steps, Hunts: true, Data: data})
	require.NoError(t, err)
	h.record = providers.Record{
		ID: "01HUNT", Run: "run", Address: "experiment.x.fault.y", Type: "kubernetes_pod_failure", Version: recordVersion,
		Targets: targets, Undo: text, Deadline: time.Now().Add(time.Minute),
	}
	return h
}

// appear makes a pod that the target block matches, but for what change takes from it.
func (h *hunted) appear(t *testing.T, name, namespace string, change ...func(*corev1.Pod)) {
	t.Helper()
	pod := aPod(name)
	for _, c := range change {
		c(pod)
	}
	pod.Namespace, pod.Labels = namespace, map[string]string{"app": "web"}
	h.Put(podPath(namespace, name), map[string]any{"metadata": map[string]any{"uid": "uid-" + name}, "spec": map[string]any{"containers": []any{map[string]any{"image": "own"}}}})
	_, err := h.typed.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{})
	require.NoError(t, err)
}

func podPath(namespace, name string) string {
	return "/api/v1/namespaces/" + namespace + "/pods/" + name
}

func (h *hunted) image(name, namespace string) any {
	containers := h.Get(podPath(namespace, name))["spec"].(map[string]any)["containers"].([]any)
	return containers[0].(map[string]any)["image"]
}

// fault is one of a process that has just begun.
func (h *hunted) fault() *fault {
	p, access := New(), cluster.Access{}
	p.sessions.all = map[string]*session{access.Key(): newSession(&cluster.Cluster{Access: access, API: h.api, Typed: h.typed})}
	return &fault{behavior: podFailure{}, provider: p}
}

// TestPodsThatAppearBecomeTargets: they are in the claim before anything is done to them,
// and whoever undoes the fault undoes it for them, too, without knowing of the hunt.
func TestPodsThatAppearBecomeTargets(t *testing.T) {
	h := newHunted(t)
	f := h.fault()
	config := providertest.Decode(t, f.Schema(), `
image           = "pause"
dynamic_targets = true
target { labels = { app = "web" } }`)
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: h.record, Config: config}))
	assert.Equal(t, "pause", h.image("a", "shop"))
	h.appear(t, "b", "shop")
	h.appear(t, "elsewhere", "bank") // where no claim stands
	require.Eventually(t, func() bool { return h.image("b", "shop") == "pause" }, 10*time.Second, 10*time.Millisecond)

	held, err := claim.Store{API: h.api}.List(t.Context(), "shop")
	require.NoError(t, err)
	require.Len(t, held, 1)
	assert.Equal(t, []claim.Target{claim.Target(podTarget("a")), claim.Target(podTarget("b"))}, held[0].Claim.Targets)
	seen, err := f.Observe(t.Context(), h.record)
	require.NoError(t, err)
	assert.Contains(t, seen.Detail, "became targets as they appeared: shop/b")

	require.NoError(t, h.fault().Revert(t.Context(), h.record), "by another process, such as recover")
	for name, namespace := range map[string]string{"a": "shop", "b": "shop", "elsewhere": "bank"} {
		assert.Equal(t, "own", h.image(name, namespace), name)
	}
	h.appear(t, "late", "shop") // the hunt finds that its claim is gone
	s, _, err := f.open(h.record)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.pursuits.over(h.record.ID) }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, "own", h.image("late", "shop"))
}

// TestPodsThatMatchLaterBecomeTargets: what replaces a pod has no node at first, and is not ready.
func TestPodsThatMatchLaterBecomeTargets(t *testing.T) {
	for name, c := range map[string]struct {
		asks        string
		early, late func(*corev1.Pod)
	}{
		"ready": {"ready = true", func(*corev1.Pod) {}, func(p *corev1.Pod) {
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		}},
		"on a node": {`nodes = ["worker"]`, func(p *corev1.Pod) { p.Spec.NodeName = "" }, func(p *corev1.Pod) { p.Spec.NodeName = "worker" }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHunted(t)
			f := h.fault()
			config := providertest.Decode(t, f.Schema(), `
image           = "pause"
dynamic_targets = true
target {
  labels = { app = "web" }
  `+c.asks+`
}`)
			require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: h.record, Config: config}))
			require.Eventually(t, func() bool { return h.asked("watch") > 0 }, 10*time.Second, 10*time.Millisecond)
			h.appear(t, "b", "shop", c.early)
			before := h.asked("list")
			require.Eventually(t, func() bool { return h.asked("list") > before }, 10*time.Second, 10*time.Millisecond, "the hunt looks at what has appeared")
			pod, err := h.typed.CoreV1().Pods("shop").Get(t.Context(), "b", metav1.GetOptions{})
			require.NoError(t, err)
			assert.Equal(t, "own", h.image("b", "shop"), "it does not match so far")
			c.late(pod)
			_, err = h.typed.CoreV1().Pods("shop").Update(t.Context(), pod, metav1.UpdateOptions{})
			require.NoError(t, err)
			require.Eventually(t, func() bool { return h.image("b", "shop") == "pause" }, 10*time.Second, 10*time.Millisecond)
			require.NoError(t, f.Revert(t.Context(), h.record))
			assert.Equal(t, "own", h.image("b", "shop"))
		})
	}
}

// asked counts what was asked about pods.
func (h *hunted) asked(verb string) (n int) {
	for _, a := range h.typed.Actions() {
		if a.Matches(verb, "pods") {
			n++
		}
	}
	return n
}

// TestUndoneWhileAPodIsTaken: somebody undoes the claim after the gate has let a hunted
// pod's change pass, and before that is made. The hunt undoes it by itself and ends.
func TestUndoneWhileAPodIsTaken(t *testing.T) {
	h := newHunted(t)
	f := h.fault()
	config := providertest.Decode(t, f.Schema(), `
image           = "pause"
dynamic_targets = true
target { labels = { app = "web" } }`)
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: h.record, Config: config}))
	var undone atomic.Bool
	h.Meet(func(method, path string) int {
		if method == http.MethodPatch && path == podPath("shop", "b") && h.Get(claim.Path("shop", h.record.ID)) != nil {
			store := claim.Store{API: h.api}
			held, err := store.List(t.Context(), "shop")
			assert.NoError(t, err)
			for i := range held {
				undone.Store(assert.NoError(t, store.Undo(t.Context(), held[i])))
			}
		}
		return 0
	})
	h.appear(t, "b", "shop")
	s, _, err := f.open(h.record)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return undone.Load() && s.pursuits.over(h.record.ID) }, 10*time.Second, 10*time.Millisecond)
	assert.Contains(t, h.Requests(), "PATCH "+podPath("shop", "b")+"?fieldManager=gameday", "it was changed")
	for _, name := range []string{"a", "b"} {
		assert.Equal(t, "own", h.image(name, "shop"), name)
		assert.NotContains(t, h.Get(podPath("shop", name))["metadata"], "annotations")
	}
}

// TestWhatTheRecordNamesIsUndoneWithoutTheClaim: what was added can't be told then, and
// the claim stays for whoever mends it.
func TestWhatTheRecordNamesIsUndoneWithoutTheClaim(t *testing.T) {
	h := newHunted(t)
	f := h.fault()
	config := providertest.Decode(t, f.Schema(), `
image           = "pause"
dynamic_targets = true
target { labels = { app = "web" } }`)
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: h.record, Config: config}))
	path := claim.Path("shop", h.record.ID)
	lease := h.Get(path)
	lease["metadata"].(map[string]any)["annotations"].(map[string]any)[claim.Annotation] = "{"
	h.Put(path, lease)
	require.Error(t, f.Revert(t.Context(), h.record))
	assert.Equal(t, "own", h.image("a", "shop"))
	assert.NotNil(t, h.Get(path))
}

// over reports whether a pursuit has ended by itself.
func (p *pursuits) over(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.all[id].ended:
		return true
	default:
		return false
	}
}

// TestOnlyWhatCanBeUndoneIsPrey: of what appears, too.
func TestOnlyWhatCanBeUndoneIsPrey(t *testing.T) {
	bare, owned, job, host := aPod("bare"), aPod("owned"), aPod("job"), aPod("host")
	owned.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "web", Controller: new(true)}}
	job.Spec.RestartPolicy = corev1.RestartPolicyNever
	host.Spec.HostNetwork = true
	for _, c := range []struct {
		hunter hunter
		pod    *corev1.Pod
		want   bool
	}{
		{podKill{}, bare, false},
		{podKill{}, owned, true},
		{podFailure{}, bare, true},
		{containerKill{}, owned, true},
		{containerKill{}, job, false},
		{podPartition{}, owned, true},
		{podPartition{}, host, false},
	} {
		config := providertest.Decode(t, c.hunter.schema(), "target {}")
		assert.Equal(t, c.want, c.hunter.isPrey(config, c.pod), "%s on %s", c.hunter.typeName(), c.pod.Name)
	}
	other := providertest.Decode(t, containerKill{}.schema(), "container = \"sidecar\"\ntarget {}")
	assert.False(t, containerKill{}.isPrey(other, owned), "it has no such container")
}

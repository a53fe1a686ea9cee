package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

// anOperated is a fault of an operator that says what a test put into its object's status.
func anOperated() operated {
	return operated{Operated{
		Type: "mesh_skew", Description: "Moves clocks.", Container: true, Evidence: EvidenceByCommand,
		Operator: Operator{Name: "Mesh", Install: "mesh.example.com", Records: func(o map[string]any) ([]OperatedRecord, bool) {
			said, known := o["status"].(string)
			return []OperatedRecord{{Namespace: "shop", Pod: "web", Injected: said == "done", Problem: said}}, known
		}},
		Resource: OperatedResource{Group: "mesh.example.com", Version: "v1", Kind: "Skew", Plural: "skews"},
		Effect:   func(schema.Values) string { return "moves clocks" },
		Spec: func(r OperatedRequest) map[string]any {
			return map[string]any{"pods": r.Pods, "container": r.Container, "duration": r.Duration.String()}
		},
	}}
}

// skewAt is where the object of the fault ONE is.
var skewAt = "/apis/mesh.example.com/v1/namespaces/shop/skews/" + nameIn("shop", "ONE")

// skewed is an injection whose object says something as soon as it is there.
func skewed(t *testing.T, says any) (*apitest.Server, injection) {
	t.Helper()
	server, api := apitest.New(t)
	server.Admit(func(path string, o map[string]any) error {
		if path == skewAt && says != nil {
			o["status"] = says
		}
		return nil
	})
	s := sessionOn(api, aPod("web"))
	f := anOperated()
	return server, injection{
		session: s, config: providertest.Decode(t, f.schema(), "target {}"), steps: removing(skewAt), data: json.RawMessage(`{}`),
		record: providers.Record{ID: "ONE", Run: "run", Deadline: time.Now().Add(time.Minute), Targets: []providers.Target{podTarget("web")}},
	}
}

func TestOperatorIsAsked(t *testing.T) {
	server, i := skewed(t, "done")
	f := anOperated()
	require.NoError(t, f.inject(t.Context(), i))
	spec, is := server.Get(skewAt)["spec"].(map[string]any)
	require.True(t, is)
	assert.Equal(t, []any{"web"}, spec["pods"])
	assert.Equal(t, "app", spec["container"])
	lasts, err := time.ParseDuration(spec["duration"].(string))
	require.NoError(t, err)
	assert.InDelta(t, time.Minute, lasts, float64(5*time.Second), "until the deadline")
	require.NoError(t, f.inject(t.Context(), i), "the same injection twice is one")

	l := look{session: i.session, record: i.record, steps: i.steps, data: i.data}
	found, err := f.observe(t.Context(), l)
	require.NoError(t, err)
	assert.Equal(t, []finding{{target: "shop/web", state: providers.Active}}, found, "its word is no evidence")

	server.Edit(skewAt, func(o map[string]any) { o["status"] = "no daemon" })
	found, err = f.observe(t.Context(), l)
	require.NoError(t, err)
	assert.Equal(t, []finding{{target: "shop/web", state: providers.Absent, detail: "Mesh has not done it; no daemon"}}, found)
}

func TestOperatorFails(t *testing.T) {
	_, i := skewed(t, "no daemon")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := anOperated().inject(ctx, i)
	assert.ErrorContains(t, err, "Mesh has not done what "+skewAt+" asks for (shop/web: no daemon)")
}

// TestOperatorRefuses: what the plan says of an operator that refuses, and of one that is not there.
func TestOperatorRefuses(t *testing.T) {
	server, api := apitest.New(t)
	server.Admit(func(string, map[string]any) error { return errors.New("offset must not be 0") })
	f := anOperated()
	var plan providers.FaultPlan
	p := planning{
		session: sessionOn(api, aPod("web")), world: worldOf(t, aPod("web")), plan: &plan, duration: time.Second,
		config: providertest.Decode(t, f.schema(), "target {}"),
	}
	p.choice.Targets = []providers.Target{podTarget("web")}

	diags := f.plan(t.Context(), p)
	require.Len(t, diags, 2)
	assert.Equal(t, "No evidence of the fault", diags[0].Summary)
	assert.Equal(t, "Mesh is not installed", diags[1].Summary)

	server.Put("/apis/mesh.example.com/v1", map[string]any{"resources": []any{map[string]any{"name": "others"}}})
	diags = f.plan(t.Context(), p)
	assert.Equal(t, "Mesh cannot do this", diags[1].Summary)

	server.Put("/apis/mesh.example.com/v1", map[string]any{"resources": []any{map[string]any{"name": "skews"}}})
	diags = f.plan(t.Context(), p)
	require.Len(t, diags, 2)
	assert.Equal(t, "Mesh refuses the fault", diags[1].Summary)
	assert.Contains(t, diags[1].Detail, "offset must not be 0")
	require.Len(t, plan.Adds, 1)
	assert.Contains(t, plan.Adds[0], "kind: Skew")

	server.Meet(func(method, _ string) int {
		if method == http.MethodPost {
			return http.StatusInternalServerError
		}
		return 0
	})
	plan.Adds = nil
	diags = f.plan(t.Context(), p)
	require.Len(t, diags, 2)
	assert.Equal(t, "The object was not tried", diags[1].Summary, "a webhook that is away refuses nothing")
	assert.False(t, diags.HasErrors())
}

// TestContainersReplaced: containers that ran before and do not any more are evidence, those that run again are none.
func TestContainersReplaced(t *testing.T) {
	pod := aPod("web")
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{
		{Name: "app", ContainerID: "containerd://one", Image: "shop:dev", ImageID: "sha256:shop", State: running},
		{Name: "waits", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}},
	}
	client := fake.NewClientset(pod)
	s := sessionOn(undo.API{})
	s.Typed = client
	targets := []providers.Target{podTarget("web")}
	w := containersReplaced{}
	noted, err := w.before(t.Context(), preparation{session: s, targets: targets})
	require.NoError(t, err)
	data, err := json.Marshal(noted)
	require.NoError(t, err)
	l := look{session: s, record: providers.Record{Targets: targets}, data: data}

	same, err := w.facts(t.Context(), l)
	require.NoError(t, err)
	assert.Equal(t, []finding{{detail: "container app is the one that ran before"}}, same)

	pod.Status.ContainerStatuses[0].ContainerID, pod.Status.ContainerStatuses[0].Image = "containerd://two", "pause:3"
	pod.Status.ContainerStatuses[0].ImageID = "sha256:pause"
	_, err = client.CoreV1().Pods("shop").UpdateStatus(t.Context(), pod, metav1.UpdateOptions{})
	require.NoError(t, err)
	other, err := w.facts(t.Context(), l)
	require.NoError(t, err)
	require.Len(t, other[0].facts, 1)
	left, err := w.settled(t.Context(), l)
	require.NoError(t, err)
	assert.Equal(t, "container app of shop/web runs pause:3", left)

	pod.Status.ContainerStatuses[0].Image, pod.Status.ContainerStatuses[0].ImageID = "example.com/shop:1", "sha256:shop"
	_, err = client.CoreV1().Pods("shop").UpdateStatus(t.Context(), pod, metav1.UpdateOptions{})
	require.NoError(t, err)
	left, err = w.settled(t.Context(), l)
	require.NoError(t, err)
	assert.Empty(t, left, "by another of its names")
}

// TestRequestsOfAnOperator: one for each namespace, with its pods, and with the other ends.
func TestRequestsOfAnOperator(t *testing.T) {
	other, peer := aPod("b"), aPod("peer")
	other.Namespace = "canary"
	peer.Labels = map[string]string{"app": "peer"}
	s := sessionOn(undo.API{}, aPod("a"), other, peer)
	f := anOperated()
	f.Peers, f.Apart = true, true
	of := func(names ...string) []providers.Target {
		var out []providers.Target
		for _, name := range names {
			out = append(out, providers.Target{Kind: "pod", Name: map[string]string{"b": "canary/b"}[name], UID: "uid-" + name})
			if name != "b" {
				out[len(out)-1] = podTarget(name)
			}
		}
		return out
	}
	ask := func(to string, targets []providers.Target, lasts time.Duration) ([]OperatedRequest, error) {
		config := providertest.Decode(t, f.schema(), "target {}\nto {\n"+to+"\n}")
		at := site{session: s, config: config}
		others, err := f.others(at, worldOf(t, aPod("a"), other, peer))
		require.NoError(t, err)
		return f.ask(t.Context(), at, targets, others.Targets, lasts)
	}
	asked, err := ask("labels = { app = \"peer\" }\ncidrs = [\"192.0.2.1\"]\nhosts = [\"example.com\"]", of("a", "b"), time.Second)
	require.NoError(t, err)
	require.Len(t, asked, 2)
	assert.Equal(t, []string{"canary", "shop"}, []string{asked[0].Namespace, asked[1].Namespace})
	assert.Equal(t, []string{"b"}, asked[0].Pods)
	assert.Equal(t, map[string][]string{"shop": {"peer"}}, asked[0].Ends.Pods)
	assert.Equal(t, "192.0.2.1/32", asked[0].Ends.Networks[0].String())
	assert.NotEqual(t, nameIn("canary", "ONE"), nameIn("shop", "ONE"), "operators derive names from these alone")

	_, err = ask("labels = { app = \"peer\" }", of("peer"), time.Second)
	require.ErrorContains(t, err, "is a target and in to")
	_, err = ask("cidrs = [\"192.0.2.1\"]", of("gone"), time.Second)
	require.ErrorContains(t, err, "expected 1 pods and found 0")
	_, err = ask("cidrs = [\"192.0.2.1\"]", of("a"), 0)
	require.ErrorIs(t, err, errLate, "it would last for ever")
}

// TestReachNamesItsNamespaces: what an operator does at the other ends is for policies to judge, too.
func TestReachNamesItsNamespaces(t *testing.T) {
	both := func(schema.Values) bool { return true }
	ends := OperatedEnds{Pods: map[string][]string{metav1.NamespaceSystem: {"coredns"}, "bank": {"web"}}}
	for name, want := range map[string][]string{"reaches": {"bank", metav1.NamespaceSystem}, "does not": nil} {
		f := anOperated()
		if want != nil {
			f.Reaches = both
		}
		var plan providers.FaultPlan
		f.tellReach(planning{plan: &plan, config: schema.NewValues(cty.EmptyObjectVal)}, ends)
		assert.Equal(t, want, plan.Namespaces, name)
	}
}

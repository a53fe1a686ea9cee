//go:build e2e

package reaper_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// dying is a run of which only its requests to the cluster are left.
type dying struct {
	*cluster.Cluster
	t         *testing.T
	run, ns   string
	taker     snapshot.Taker
	keeper    reaper.Keeper
	workload  undo.Step
	config    undo.Step
	namespace undo.Step
}

func newDying(t *testing.T) *dying {
	t.Helper()
	c := e2etest.Connect(t)
	d := &dying{Cluster: c, t: t, taker: snapshot.NewTaker(c.Typed.Discovery(), c.Dynamic), run: "e2e-" + strings.ToLower(ulid.Make().String()), ns: e2etest.Namespace(t, c, "e2e-reaper-")}
	d.workload = d.make("/apis/apps/v1/namespaces/"+d.ns+"/deployments", `{"metadata":{"name":"shop"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"shop"}},
		"template":{"metadata":{"labels":{"app":"shop"}},"spec":{"containers":[{"name":"a","image":"none/a"}]}}}}`)
	d.config = d.make("/api/v1/namespaces/"+d.ns+"/configmaps", `{"metadata":{"name":"shop"},"data":{"key":"value"}}`)
	o, err := c.API.Get(t.Context(), "/api/v1/namespaces/"+d.ns)
	require.NoError(t, err)
	d.namespace = undo.Step{Kind: undo.Restore, Path: "/api/v1/namespaces/" + d.ns, UID: o["metadata"].(map[string]any)["uid"].(string)}
	return d
}

func (d *dying) make(collection, body string) undo.Step {
	d.t.Helper()
	var o map[string]any
	require.NoError(d.t, json.Unmarshal([]byte(body), &o))
	made, err := d.API.Post(d.t.Context(), collection, o)
	require.NoError(d.t, err)
	metadata := made["metadata"].(map[string]any)
	return undo.Step{Kind: undo.Restore, Path: collection + "/" + metadata["name"].(string), UID: metadata["uid"].(string)}
}

func (d *dying) rules() []providers.AccessRule {
	verbs := []string{"get", "patch"}
	return []providers.AccessRule{
		{Group: "apps", Resource: "deployments", Verbs: verbs},
		{Resource: "configmaps", Verbs: verbs},
		{Resource: "services", Verbs: []string{"create"}},
		{Resource: "namespaces", Verbs: verbs, Cluster: true},
	}
}

func (d *dying) steps() []undo.Step {
	added := undo.Step{Kind: undo.Remove, Path: "/api/v1/namespaces/" + d.ns + "/services/fault"}
	return []undo.Step{d.workload, d.config, d.namespace, added}
}

// begin puts a reaper there and a fault of several steps beside it.
func (d *dying) begin(lives time.Duration) claim.Claim {
	d.t.Helper()
	ctx := d.t.Context()
	begun := time.Now()
	require.NoError(d.t, d.keeper.Ensure(ctx, d.Cluster, reaper.Request{Run: d.run, Rules: d.rules(), Steps: d.steps(), Namespaces: []string{d.ns}, For: lives}))
	d.t.Logf("a reaper watches after %s", time.Since(begun).Round(time.Millisecond))
	c := claim.Claim{
		ID: ulid.Make().String(), Run: d.run, Address: "experiment.x.fault.y", Type: "test", Deadline: time.Now().Add(lives),
		Targets: []claim.Target{{Kind: "deployment", Name: d.ns + "/shop", UID: d.workload.UID}},
		Steps:   d.steps(),
	}
	require.NoError(d.t, claim.Store{API: d.API}.Take(ctx, c))
	require.NoError(d.t, d.API.Change(ctx, c.ID, d.workload, []undo.Edit{{Pointer: "/spec/template/metadata/annotations/fault", To: "1"}, {Pointer: "/spec/paused", To: true}}))
	require.NoError(d.t, d.API.Change(ctx, c.ID, d.config, []undo.Edit{{Pointer: "/data/key", To: "broken"}}))
	require.NoError(d.t, d.API.Change(ctx, c.ID, d.namespace, []undo.Edit{{Pointer: "/metadata/labels/fault", To: "yes"}}))
	services := "/api/v1/namespaces/" + d.ns + "/services"
	require.NoError(d.t, d.API.Add(ctx, d.run, c.ID, services, d.steps()[3], map[string]any{
		"metadata": map[string]any{"name": "fault"}, "spec": map[string]any{"ports": []any{map[string]any{"port": 80}}},
	}))
	return c
}

func (d *dying) snapshot() snapshot.Snapshot {
	d.t.Helper()
	s, err := d.taker.Take(d.t.Context(), []string{d.ns}, []string{"namespaces", "clusterroles", "clusterrolebindings"})
	require.NoError(d.t, err)
	for key := range s { // those of other tests
		if strings.HasPrefix(key, "namespaces/") && !strings.Contains(key, d.ns) {
			delete(s, key)
		}
	}
	return s
}

// TestReaperAlone: the runner is gone right after its last request. The reaper undoes
// everything at the deadline, with no more rights than it was given, and then itself.
func TestReaperAlone(t *testing.T) {
	d := newDying(t)
	before := d.snapshot()
	c := d.begin(8 * time.Second)
	require.NotEmpty(t, snapshot.Diff(before, d.snapshot()))

	store := claim.Store{API: d.API}
	require.Eventually(t, func() bool {
		_, some, err := store.Stands(t.Context(), c)
		return err == nil && !some
	}, 30*time.Second, 100*time.Millisecond, "the claim stands")
	assert.False(t, time.Now().Before(c.Deadline), "not before its time")
	t.Logf("undone %s after the deadline", time.Since(c.Deadline).Round(time.Millisecond))
	left, err := store.Standing(t.Context(), c)
	require.NoError(t, err)
	assert.Empty(t, left)
	diff := ""
	defer func() {
		if t.Failed() {
			t.Log(diff)
		}
	}()
	require.Eventually(t, func() bool { diff = snapshot.Diff(before, d.snapshot()); return diff == "" }, 90*time.Second, 500*time.Millisecond, "the cluster is not as it was")
	assert.Empty(t, snapshot.Marks(before, d.snapshot()))
}

// TestReaperIsUsedAgainAndRemoved: one serves the faults of its run, and goes at once when
// it is told to.
func TestReaperIsUsedAgainAndRemoved(t *testing.T) {
	d := newDying(t)
	before := d.snapshot()
	c := d.begin(time.Minute)
	begun := time.Now()
	more := append(d.rules(), providers.AccessRule{Resource: "secrets", Verbs: []string{"patch"}})
	steps := append(d.steps(), undo.Step{Kind: undo.Restore, Path: "/api/v1/namespaces/" + d.ns + "/secrets/keys"})
	require.NoError(t, d.keeper.Ensure(t.Context(), d.Cluster, reaper.Request{Run: d.run, Rules: more, Steps: steps, Namespaces: []string{d.ns}, For: time.Minute}))
	t.Logf("found again after %s", time.Since(begun).Round(time.Millisecond))
	pods, err := d.Typed.CoreV1().Pods(d.ns).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, pods.Items, 1)
	d.reaperMay(pods.Items[0].Name, "secrets", "keys", true)
	d.reaperMay(pods.Items[0].Name, "secrets", "others", false)
	left, err := reaper.Leftovers(t.Context(), d.Cluster, d.run, d.ns)
	require.NoError(t, err)
	assert.Len(t, left, 8, "%v", left) // pod, 2 roles and bindings, account, cluster role and binding
	elsewhere, err := reaper.Leftovers(t.Context(), d.Cluster, d.run, claim.ClusterNamespace)
	require.NoError(t, err)
	assert.Empty(t, elsewhere, "who looks after another namespace has no part in it")

	store := claim.Store{API: d.API}
	held, err := store.OfRun(t.Context(), d.run, d.ns)
	require.NoError(t, err)
	require.NoError(t, store.Undo(t.Context(), held[0]))
	require.NoError(t, reaper.Remove(t.Context(), d.Cluster, d.run, d.ns))
	require.NoError(t, reaper.Remove(t.Context(), d.Cluster, d.run, d.ns))
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		left, err := reaper.Leftovers(d.t.Context(), d.Cluster, d.run)
		assert.NoError(t, err)
		assert.Empty(t, left)
		assert.Empty(t, snapshot.Diff(before, d.snapshot()))
	}, 30*time.Second, 200*time.Millisecond)
	_, some, err := store.Stands(t.Context(), c)
	require.NoError(t, err)
	assert.False(t, some)
}

// reaperMay asks the server whether a reaper may patch an object.
func (d *dying) reaperMay(name, resource, object string, want bool) {
	d.t.Helper()
	review, err := d.Typed.AuthorizationV1().SubjectAccessReviews().Create(d.t.Context(), &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:               "system:serviceaccount:" + d.ns + ":" + name,
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: d.ns, Verb: "patch", Resource: resource, Name: object},
	}}, metav1.CreateOptions{})
	require.NoError(d.t, err)
	assert.Equal(d.t, want, review.Status.Allowed, "patch %s/%s", resource, object)
}

// TestReaperThatCannotStart says why.
func TestReaperThatCannotStart(t *testing.T) {
	d := newDying(t)
	broken := *d.Cluster
	broken.Access.AgentImage = "gameday.invalid/none:1"
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	err := d.keeper.Ensure(ctx, &broken, reaper.Request{Run: d.run, Rules: d.rules(), Namespaces: []string{d.ns}, For: time.Minute})
	require.ErrorContains(t, err, "gameday.invalid/none:1")
	require.ErrorContains(t, err, "Pull")
	require.NoError(t, reaper.Remove(t.Context(), d.Cluster, d.run, d.ns))
}

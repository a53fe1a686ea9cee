//go:build e2e

package kubernetes

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// wreck is a namespace in which runs were killed at various points.
type wreck struct {
	*cluster.Cluster
	t       *testing.T
	taker   snapshot.Taker
	ns, run string
}

func newWreck(t *testing.T) *wreck {
	t.Helper()
	c := e2etest.Connect(t)
	w := &wreck{Cluster: c, t: t, taker: snapshot.NewTaker(c.Typed.Discovery(), c.Dynamic), ns: e2etest.Namespace(t, c, "e2e-sweep-"), run: "e2e-" + strings.ToLower(ulid.Make().String())}
	for _, name := range []string{"a", "b", "c"} {
		_, err := c.Typed.CoreV1().ConfigMaps(w.ns).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"key": "value"}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	return w
}

// fault claims and changes a ConfigMap, and adds a quota.
func (w *wreck) fault(name string, lives time.Duration, claimed bool) string {
	w.t.Helper()
	id, base := ulid.Make().String(), "/api/v1/namespaces/"+w.ns
	o, err := w.Typed.CoreV1().ConfigMaps(w.ns).Get(w.t.Context(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	changed := undo.Step{Kind: undo.Restore, Path: base + "/configmaps/" + name, UID: string(o.UID)}
	added := undo.Step{Kind: undo.Remove, Path: base + "/resourcequotas/" + name}
	if claimed {
		require.NoError(w.t, claim.Store{API: w.API}.Take(w.t.Context(), claim.Claim{
			ID: id, Run: w.run, Address: "experiment.x.fault." + name, Type: "test", Deadline: time.Now().Add(lives),
			Targets: []claim.Target{{Kind: "configmap", Name: w.ns + "/" + name, UID: string(o.UID)}}, Steps: []undo.Step{changed, added},
		}))
	}
	require.NoError(w.t, w.API.Change(w.t.Context(), id, changed, []undo.Edit{{Pointer: "/data/key", To: "broken"}, {Pointer: "/data/more", To: "1"}}))
	require.NoError(w.t, w.API.Add(w.t.Context(), w.run, id, base+"/resourcequotas", added, map[string]any{
		"metadata": map[string]any{"name": name}, "spec": map[string]any{"hard": map[string]any{"pods": "0"}},
	}))
	return id
}

func (w *wreck) sweep(req providers.SweepRequest) map[string]providers.Orphan {
	w.t.Helper()
	found, diags := New().sweep(w.t.Context(), cluster.Access{Kubeconfig: os.Getenv("KUBECONFIG"), Namespaces: []string{w.ns}}, req)
	require.Empty(w.t, diags)
	out := map[string]providers.Orphan{}
	for _, o := range found {
		if o.Run == w.run || strings.Contains(o.ID, w.ns) || len(o.Targets) > 0 && strings.HasPrefix(o.Targets[0].Name, w.ns) {
			out[o.Type+" "+o.ID] = o
		}
	}
	return out
}

func (w *wreck) snapshot() snapshot.Snapshot {
	w.t.Helper()
	s, err := w.taker.Take(w.t.Context(), []string{w.ns}, nil)
	require.NoError(w.t, err)
	return s
}

// TestSweep finds everything from the cluster alone: what is claimed and over, what is
// claimed and may be alive, what carries a mark and is claimed by nobody, half a
// reaper, and a claim that is none.
func TestSweep(t *testing.T) {
	w := newWreck(t)
	before := w.snapshot()
	over, alive, stray := w.fault("a", time.Second, true), w.fault("b", time.Hour, true), w.fault("c", 0, false)
	accounts := w.Typed.CoreV1().ServiceAccounts(w.ns)
	_, err := accounts.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
		Name: "gameday-reaper-half", Labels: map[string]string{undo.LabelRun: w.run, mark.Component: mark.Reaper},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
	garbage := "/apis/coordination.k8s.io/v1/namespaces/" + w.ns + "/leases"
	_, err = w.API.Post(t.Context(), garbage, map[string]any{"metadata": map[string]any{"name": "garbage", "labels": map[string]any{claim.Label: "true"}}})
	require.NoError(t, err)
	wrecked := w.snapshot()
	require.Eventually(t, func() bool {
		return !w.sweep(providers.SweepRequest{Look: true})["test "+over].Deadline.After(time.Now().Add(-3 * time.Second))
	}, 20*time.Second, 200*time.Millisecond)
	found := w.sweep(providers.SweepRequest{Look: true})
	require.Empty(t, snapshot.Diff(wrecked, w.snapshot()), "only looked")
	assert.Len(t, found, 6, "%+v", found) // two claims, two strays of one fault, a reaper, garbage
	assert.Empty(t, found["test "+over].Kept)
	assert.NotEmpty(t, found["test "+alive].Kept)

	found = w.sweep(providers.SweepRequest{})
	assert.True(t, found["test "+over].Undone, "%+v", found["test "+over])
	assert.True(t, found["configmap "+stray].Undone)
	assert.True(t, found["resourcequota "+stray].Undone)
	assert.False(t, found["test "+alive].Undone)
	assert.Contains(t, found["claim "+w.ns+"/garbage"].Error, "garbage")
	assert.Contains(t, found["reaper "].Kept, "faults of its run")
	cm, err := w.Typed.CoreV1().ConfigMaps(w.ns).Get(t.Context(), "b", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "broken", cm.Data["key"], "what may be alive is left alone")

	found = w.sweep(providers.SweepRequest{Run: w.run, Alive: true})
	assert.True(t, found["test "+alive].Undone, "%+v", found["test "+alive])
	assert.True(t, found["reaper "].Undone)
	require.NoError(t, w.API.Delete(t.Context(), garbage+"/garbage", "", nil))
	require.Eventually(t, func() bool { return snapshot.Diff(before, w.snapshot()) == "" }, 20*time.Second, 200*time.Millisecond, "%s", snapshot.Diff(before, w.snapshot()))
	assert.Empty(t, w.sweep(providers.SweepRequest{Alive: true}))
}

// TestSweepOfAnotherNamespaceLeavesReapersTheirRights: with the least role, it sees their cluster roles and not their claims.
func TestSweepOfAnotherNamespaceLeavesReapersTheirRights(t *testing.T) {
	t.Parallel()
	x, y := newAPIFixture(t), newAPIFixture(t)
	run, rules := "e2e-"+strings.ToLower(ulid.Make().String()), webhookFault{}.rules()
	var keeper reaper.Keeper
	require.NoError(t, keeper.Ensure(t.Context(), x.Cluster, reaper.Request{
		Run: run, Rules: rules, Steps: removing(admissionBindings + "/" + run), Namespaces: []string{x.namespace}, For: time.Minute,
	}))
	t.Cleanup(func() { assert.NoError(t, reaper.Remove(context.WithoutCancel(t.Context()), x.Cluster, run)) })
	before, err := reaper.Leftovers(t.Context(), x.Cluster, run)
	require.NoError(t, err)
	require.Len(t, before, 6, "%v", before) // pod, role, binding, account, cluster role and binding

	leases := providers.AccessRule{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"get", "list", "delete"}}
	sweeper := y.as(t, append(reaper.Rules(rules), leases)).Access
	sweeper.Namespaces = []string{y.namespace}
	_, diags := New().sweep(t.Context(), sweeper, providers.SweepRequest{Alive: true})
	require.False(t, diags.HasErrors(), "%v", diags)
	after, err := reaper.Leftovers(t.Context(), x.Cluster, run)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

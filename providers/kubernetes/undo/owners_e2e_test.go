//go:build e2e

package undo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// ownedCase is an object that a team applies, and what faults do to it.
type ownedCase struct {
	path          string
	body          string // of what the team applies, with a value for what the faults change
	first, second []undo.Edit
	without       string    // what the team applies then: the value is not theirs any more
	at            [2]string // where it stands
	want          any       // what stands there without the team's
}

func ownedCases(ns string) map[string]ownedCase {
	const workload = `{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "owned"}, "spec": {%s "selector": {"matchLabels": {"app": "owned"}},
		"template": {"metadata": {"labels": {"app": "owned"}}, "spec": {"nodeSelector": {"none": "none"}, "containers": [{"name": "a", "image": "none/a"}, {"name": "b", "image": "none/b%s"}]}}}}`
	return map[string]ownedCase{
		"configmap": {
			path:    "/api/v1/namespaces/" + ns + "/configmaps/owned",
			body:    `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned"}, "data": {"a": "%s", "b": "1", "c": "1"}}`,
			first:   []undo.Edit{{Pointer: "/data/a", To: "broken"}, {Pointer: "/data/b"}},
			second:  []undo.Edit{{Pointer: "/data/b", To: "broken"}, {Pointer: "/data/c", To: "broken"}, {Pointer: "/data/new", To: "x"}},
			without: `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned"}, "data": {"b": "2", "c": "2"}}`,
			at:      [2]string{"data", "a"},
		},
		"deployment": {
			path:    "/apis/apps/v1/namespaces/" + ns + "/deployments/owned",
			body:    fmt.Sprintf(workload, `"replicas": 2,`, "%s"),
			first:   []undo.Edit{{Pointer: "/spec/replicas", To: 0}, {Pointer: "/spec/template/spec/containers/1/image", To: "none/broken"}},
			second:  []undo.Edit{{Pointer: "/spec/replicas", To: 3}, {Pointer: "/spec/template/spec/containers/0/image", To: "none/broken"}, {Pointer: "/spec/paused", To: true}},
			without: fmt.Sprintf(workload, "", "3"),
			at:      [2]string{"spec", "replicas"},
			want:    1.0,
		},
	}
}

// applyAs is a server-side apply that doesn't force.
func applyAs(t *testing.T, c *cluster.Cluster, manager, path, body string) error {
	t.Helper()
	return c.Typed.CoreV1().RESTClient().Patch(types.ApplyPatchType).AbsPath(path).Param("fieldManager", manager).Body([]byte(body)).Do(t.Context()).Error()
}

// TestRealOwners: after a fault, whoever has applied an object applies another value without a
// conflict, and what they leave out goes.
func TestRealOwners(t *testing.T) {
	c := e2etest.Connect(t)
	ns := e2etest.Namespace(t, c, "e2e-undo-")
	ways := map[string][]string{"one": {"one"}, "two, the first goes first": {"one", "two"}, "two, the last goes first": {"two", "one"}}
	for name, o := range ownedCases(ns) {
		for way, order := range ways {
			t.Run(name+", "+way, func(t *testing.T) {
				ownersComeBack(t, c, o, func(step undo.Step) { layers(t, c, step, o, order...) })
			})
		}
	}
}

// TestRealOwnersAfterAKill: whoever undoes what was killed between the two writes does the second.
func TestRealOwnersAfterAKill(t *testing.T) {
	c := e2etest.Connect(t)
	o := ownedCases(e2etest.Namespace(t, c, "e2e-undo-"))["configmap"]
	ownersComeBack(t, c, o, func(step undo.Step) {
		require.NoError(t, c.API.Change(t.Context(), "one", step, o.first))
		killed := c.API
		killed.HTTP = &http.Client{Transport: &oneWrite{way: c.API.HTTP.Transport}}
		require.ErrorIs(t, killed.Undo(t.Context(), "one", step), errCut)
		state, err := c.API.State(t.Context(), "one", step)
		require.NoError(t, err)
		require.Equal(t, undo.Restored, state)
		require.NoError(t, c.API.Undo(t.Context(), "one", step))
	})
}

// ownersComeBack has a team apply an object before and after a fault.
func ownersComeBack(t *testing.T, c *cluster.Cluster, o ownedCase, fault func(undo.Step)) {
	t.Helper()
	require.NoError(t, applyAs(t, c, "team", o.path, fmt.Sprintf(o.body, "1")))
	made, err := c.API.Get(t.Context(), o.path)
	require.NoError(t, err)
	step := undo.Step{Kind: undo.Restore, Path: o.path, UID: made["metadata"].(map[string]any)["uid"].(string)}
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() { require.NoError(t, c.API.Delete(ctx, step.Path, step.UID, nil)) })
	before := plain(made)
	fault(step)
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		after, err := c.API.Get(ctx, o.path)
		require.NoError(t, err)
		assert.Equal(t, before, plain(after))
	}, 5*time.Second, 50*time.Millisecond)
	require.NoError(t, applyAs(t, c, "team", o.path, fmt.Sprintf(o.body, "2")), "it does not conflict")
	require.NoError(t, applyAs(t, c, "team", o.path, o.without))
	after, err := c.API.Get(t.Context(), o.path)
	require.NoError(t, err)
	assert.Equal(t, o.want, after[o.at[0]].(map[string]any)[o.at[1]], "what the team left out has gone")
}

// layers makes as many changes to an object as are to be undone, and undoes them in an order.
func layers(t *testing.T, c *cluster.Cluster, step undo.Step, o ownedCase, order ...string) {
	t.Helper()
	require.NoError(t, c.API.Change(t.Context(), "one", step, o.first))
	if len(order) > 1 {
		require.NoError(t, c.API.Change(t.Context(), "two", step, o.second))
	}
	for _, id := range order {
		require.NoError(t, c.API.Undo(t.Context(), id, step))
	}
}

var errCut = errors.New("the process is gone by then")

// oneWrite lets one patch through that is taken: another may come first and meet what a controller has just written.
type oneWrite struct {
	way     http.RoundTripper
	written bool
}

func (w *oneWrite) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch && w.written {
		return nil, errCut
	}
	answer, err := w.way.RoundTrip(r)
	w.written = w.written || err == nil && r.Method == http.MethodPatch && answer.StatusCode < http.StatusBadRequest
	return answer, err
}

//go:build e2e

package undo_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// TestRealObjects changes objects of a real API server, one by one and two faults on
// each, and compares every field afterwards. The server fills in defaults, writes
// quantities its own way, drops what is empty.
func TestRealObjects(t *testing.T) {
	c := e2etest.Connect(t)
	ns := e2etest.Namespace(t, c, "e2e-undo-")
	objects := map[string]struct {
		collection, body string
		first, second    []undo.Edit
	}{
		"deployment": {
			"/apis/apps/v1/namespaces/" + ns + "/deployments", `{
			"metadata": {"name": "shop"},
			"spec": {"replicas": 0, "selector": {"matchLabels": {"app": "shop"}}, "template": {"metadata": {"labels": {"app": "shop"}},
			"spec": {"containers": [{"name": "a", "image": "none/a"}, {"name": "b", "image": "none/b", "resources": {"limits": {"cpu": "250m"}}}]}}}}`,
			[]undo.Edit{
				{Pointer: "/spec/template/spec/containers/1/image", To: "none/broken"},
				{Pointer: "/spec/template/spec/containers/1/resources/limits/cpu", To: "1000m"},
				{Pointer: "/spec/template/spec/containers/0/resources/limits/memory", To: "1024Mi"},
				{Pointer: "/spec/template/metadata/annotations/restarted", To: "now"},
				{Pointer: "/spec/revisionHistoryLimit"},
				{Pointer: "/spec/paused", To: true},
			},
			[]undo.Edit{
				{Pointer: "/spec/replicas"},
				{Pointer: "/spec/paused", To: false},
				{Pointer: "/spec/template/metadata/annotations/again", To: "now"},
				{Pointer: "/spec/template/spec/containers/1/resources/limits/cpu", To: "2"},
			},
		},
		"service": {
			"/api/v1/namespaces/" + ns + "/services", `{
			"metadata": {"name": "shop", "annotations": {"own": "1"}}, "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80}]}}`,
			[]undo.Edit{{Pointer: "/spec/selector", To: map[string]any{"app": "nobody"}}, {Pointer: "/spec/ports/0/targetPort", To: 81}},
			[]undo.Edit{{Pointer: "/spec/selector/fault", To: "yes"}, {Pointer: "/spec/sessionAffinity", To: "ClientIP"}},
		},
		"configmap": {
			"/api/v1/namespaces/" + ns + "/configmaps", `{"metadata": {"name": "shop"}, "data": {"a.b": "x\r\n\u2028<&>", "only": ""}}`,
			[]undo.Edit{{Pointer: "/data"}, {Pointer: "/binaryData/raw", To: "AAEC"}},
			[]undo.Edit{{Pointer: "/data/one", To: "1"}, {Pointer: "/binaryData/raw", To: "BBBB"}},
		},
		"secret": {
			"/api/v1/namespaces/" + ns + "/secrets", `{"metadata": {"name": "shop"}, "data": {"password": "czNjcmV0"}}`,
			[]undo.Edit{{Pointer: "/data/password"}},
			[]undo.Edit{{Pointer: "/data/password", To: "eA=="}},
		},
		"node": {
			"/api/v1/nodes", `{"metadata": {"name": "` + ns + `"}, "spec": {"taints": [{"key": "own", "effect": "NoSchedule"}]}}`,
			[]undo.Edit{{Pointer: "/spec/taints", Element: map[string]any{"key": "gone", "effect": "NoSchedule"}}, {Pointer: "/spec/unschedulable", To: true}},
			[]undo.Edit{{Pointer: "/spec/taints", Element: map[string]any{"key": "gone", "effect": "NoSchedule"}}, {Pointer: "/metadata/labels/zone", To: "lost"}},
		},
	}
	for name, o := range objects {
		for _, order := range [][]string{{"one", "two"}, {"two", "one"}} {
			t.Run(name+", undone "+order[0]+" first", func(t *testing.T) {
				var body map[string]any
				require.NoError(t, json.Unmarshal([]byte(o.body), &body))
				made, err := c.API.Post(t.Context(), o.collection, body)
				require.NoError(t, err)
				metadata := made["metadata"].(map[string]any)
				step := undo.Step{Kind: undo.Restore, Path: o.collection + "/" + metadata["name"].(string), UID: metadata["uid"].(string)}
				t.Cleanup(func() { require.NoError(t, c.API.Delete(context.WithoutCancel(t.Context()), step.Path, step.UID, nil)) })
				settled := func() map[string]any {
					o, err := c.API.Get(t.Context(), step.Path)
					require.NoError(t, err)
					return plain(o)
				}
				if name == "node" { // its controllers write to it first
					require.Eventually(t, func() bool {
						spec := settled()["spec"].(map[string]any)
						return spec["podCIDR"] != nil && len(spec["taints"].([]any)) == 1
					}, 20*time.Second, 50*time.Millisecond)
				}
				before := settled()
				require.NoError(t, c.API.Change(t.Context(), "one", step, o.first))
				require.NoError(t, c.API.Change(t.Context(), "two", step, o.second))
				assert.NotEqual(t, before, settled())
				for _, id := range order {
					require.NoError(t, c.API.Undo(t.Context(), id, step))
				}
				require.EventuallyWithT(t, func(t *assert.CollectT) { assert.Equal(t, before, settled()) }, 5*time.Second, 50*time.Millisecond)
			})
		}
	}
}

// plain leaves out what servers and controllers write aside.
func plain(o map[string]any) map[string]any {
	delete(o, "status")
	metadata := o["metadata"].(map[string]any)
	for _, key := range []string{"resourceVersion", "generation"} {
		delete(metadata, key)
	}
	metadata["managedFields"] = snapshot.Owners(metadata["managedFields"])
	if o["kind"] == "Node" { // whose taints these are changes as Kubernetes sets its own
		delete(metadata, "managedFields")
	}
	annotations, _ := metadata["annotations"].(map[string]any)
	delete(annotations, "deployment.kubernetes.io/revision")
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	return o
}

// TestInvalidChangeIsRefusedAtOnce: what the server does not take is told as it says it,
// without attempts that can't help.
func TestInvalidChangeIsRefusedAtOnce(t *testing.T) {
	c := e2etest.Connect(t)
	ns := e2etest.Namespace(t, c, "e2e-undo-")
	collection := "/api/v1/namespaces/" + ns + "/services"
	_, err := c.API.Post(t.Context(), collection, map[string]any{"metadata": map[string]any{"name": "shop"}, "spec": map[string]any{"ports": []any{map[string]any{"port": 80}}}})
	require.NoError(t, err)
	begun := time.Now()
	err = c.API.Change(t.Context(), "one", undo.Step{Kind: undo.Restore, Path: collection + "/shop"}, []undo.Edit{{Pointer: "/spec/ports/0/port", To: 99999}})
	require.ErrorContains(t, err, "spec.ports[0].port")
	assert.Less(t, time.Since(begun), 2*time.Second)
}

package undo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const (
	deploymentPath = "/apis/apps/v1/namespaces/shop/deployments/payments"
	setsPath       = "/apis/apps/v1/namespaces/shop/replicasets"
)

var forget = undo.Step{Kind: undo.Forget, Path: setsPath + "?labelSelector=app%3Dpayments", UID: "d-1"}

func deployment(observed int) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "payments", "uid": "d-1", "generation": 3},
		"status":   map[string]any{"observedGeneration": observed},
	}
}

func replicaSet(owner string, annotations ...string) map[string]any {
	all := map[string]any{"deployment.kubernetes.io/revision": "1"}
	for _, key := range annotations {
		all[key] = "[]"
	}
	return map[string]any{"metadata": map[string]any{
		"name": "payments-1", "uid": "r-1", "labels": map[string]any{"app": "payments"}, "annotations": all,
		"ownerReferences": []any{map[string]any{"kind": "Deployment", "name": "payments", "uid": owner}},
	}}
}

func TestCopiesAreForgotten(t *testing.T) {
	server, api := apitest.New(t)
	server.Put(deploymentPath, deployment(3))
	server.Put(setsPath+"/payments-1", replicaSet("d-1"))
	before := server.Get(setsPath + "/payments-1")
	server.Put(setsPath+"/payments-1", replicaSet("d-1", undo.Annotation("a"), undo.Annotation("b")))
	state(t, api, "a", undo.Present)
	require.NoError(t, api.Undo(t.Context(), "a", forget))
	state(t, api, "a", undo.Absent)
	state(t, api, "b", undo.Present)
	require.NoError(t, api.Undo(t.Context(), "b", forget))
	require.NoError(t, api.Undo(t.Context(), "b", forget))
	assert.Empty(t, cmp.Diff(without(before), without(server.Get(setsPath+"/payments-1"))))
}

func state(t *testing.T, api undo.API, id string, want undo.State) {
	t.Helper()
	got, err := api.State(t.Context(), id, forget)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// TestOtherOwnersAreLeft: the selector of one Deployment may match another's.
func TestOtherOwnersAreLeft(t *testing.T) {
	server, api := apitest.New(t)
	server.Put(setsPath+"/payments-1", replicaSet("d-2", undo.Annotation("a")))
	before := server.Get(setsPath + "/payments-1")
	state(t, api, "a", undo.Absent)
	require.NoError(t, api.Undo(t.Context(), "a", forget))
	assert.Empty(t, cmp.Diff(before, server.Get(setsPath+"/payments-1")))
}

// TestCopiesWaitForTheController: as long as it has not seen the restored
// Deployment, it would copy the annotation again.
func TestCopiesWaitForTheController(t *testing.T) {
	server, api := apitest.New(t)
	server.Put(deploymentPath, deployment(2))
	server.Put(setsPath+"/payments-1", replicaSet("d-1", undo.Annotation("a")))
	looks := 0
	server.Meet(func(method, path string) int {
		if method == http.MethodGet && strings.HasSuffix(path, deploymentPath) {
			if looks++; looks == 3 {
				server.Put(deploymentPath, deployment(3))
			}
		}
		if method == http.MethodPatch {
			assert.GreaterOrEqual(t, looks, 3, "the copy is removed too early")
		}
		return 0
	})
	require.NoError(t, api.Undo(t.Context(), "a", forget))
	state(t, api, "a", undo.Absent)
}

// TestCopiesThatComeBackAreForgotten: the controller may have been at it with the Deployment as
// it was between the two writes of its undo, of which the second changes no generation.
func TestCopiesThatComeBackAreForgotten(t *testing.T) {
	server, api := apitest.New(t)
	server.Put(deploymentPath, deployment(3))
	server.Put(setsPath+"/payments-1", replicaSet("d-1", undo.Annotation("a")))
	removed, copied := false, false
	server.Meet(func(method, path string) int {
		switch {
		case method == http.MethodPatch:
			removed = true
		case removed && !copied && path == setsPath:
			server.Put(setsPath+"/payments-1", replicaSet("d-1", undo.Annotation("a")))
			copied = true
		}
		return 0
	})
	require.NoError(t, api.Undo(t.Context(), "a", forget))
	state(t, api, "a", undo.Absent)
}

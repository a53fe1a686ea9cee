package undo_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// deploymentOf is what a team applies.
func deploymentOf(replicas int) map[string]any {
	return map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": "payments", "namespace": "shop"}, "spec": map[string]any{"replicas": replicas, "paused": false},
	}
}

// appliedDeployment is a server on which a team has applied a Deployment.
func appliedDeployment(t *testing.T) (*apitest.Server, undo.API, undo.Step) {
	t.Helper()
	server, api := apitest.New(t)
	require.NoError(t, server.Apply(deploymentPath, "team", deploymentOf(2), false))
	return server, api, undo.Step{Kind: undo.Restore, Path: deploymentPath}
}

// atSecondPatch does something in the place of the second patch, which is refused.
func atSecondPatch(server *apitest.Server, do func()) {
	refuse := secondPatch(http.StatusConflict)
	server.Meet(func(method, path string) int {
		status := refuse(method, path)
		if status != 0 {
			server.Meet(nil)
			do()
		}
		return status
	})
}

func scaledAway() []undo.Edit { return []undo.Edit{{Pointer: "/spec/replicas", To: 0}} }

func spec(server *apitest.Server) any { return server.Get(deploymentPath)["spec"] }

// TestAnnotationOfADeploymentGoesWithItsValues: its controller copies the annotation, and only of a
// changed specification it shows that it has seen it. So no write leaves values restored with the
// annotation still there.
func TestAnnotationOfADeploymentGoesWithItsValues(t *testing.T) {
	server, api, step := appliedDeployment(t)
	before := server.Get(deploymentPath)
	require.NoError(t, api.Change(t.Context(), "one", step, scaledAway()))
	server.Meet(secondPatch(http.StatusServiceUnavailable))
	require.ErrorContains(t, api.Undo(t.Context(), "one", step), "the values are back")
	server.Meet(nil)
	assert.Equal(t, before["spec"], spec(server))
	assert.NotContains(t, server.Get(deploymentPath)["metadata"], "annotations")
	got, err := api.State(t.Context(), "one", step)
	require.NoError(t, err)
	assert.Equal(t, undo.Absent, got)
	require.NoError(t, api.Undo(t.Context(), "one", step), "nothing is left to do")
}

func TestOwnersOfADeployment(t *testing.T) {
	server, api, step := appliedDeployment(t)
	before := server.Get(deploymentPath)
	require.NoError(t, api.Change(t.Context(), "one", step, scaledAway()))
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Empty(t, cmp.Diff(owned(before), owned(server.Get(deploymentPath))))
}

// TestOwnersOfADeploymentThatSomebodyWrites: what they write between the two writes is no reason to give up.
func TestOwnersOfADeploymentThatSomebodyWrites(t *testing.T) {
	server, api, step := appliedDeployment(t)
	require.NoError(t, api.Change(t.Context(), "one", step, scaledAway()))
	atSecondPatch(server, func() {
		require.NoError(t, server.Apply(deploymentPath, "other", map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "payments", "namespace": "shop", "labels": map[string]any{"a": "b"}},
		}, false))
	})
	require.NoError(t, api.Undo(t.Context(), "one", step))
	require.NoError(t, server.Apply(deploymentPath, "team", deploymentOf(3), false), "it does not conflict")
}

// TestOwnersOfADeploymentThatIsChangedBetween: a fault that comes between the two writes gives the
// fields back at its end.
func TestOwnersOfADeploymentThatIsChangedBetween(t *testing.T) {
	server, api, step := appliedDeployment(t)
	before := server.Get(deploymentPath)
	require.NoError(t, api.Change(t.Context(), "one", step, scaledAway()))
	atSecondPatch(server, func() {
		require.NoError(t, api.Change(t.Context(), "two", step, []undo.Edit{{Pointer: "/spec/paused", To: true}}))
	})
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Equal(t, map[string]any{"replicas": 2.0, "paused": true}, spec(server))
	require.NoError(t, api.Undo(t.Context(), "two", step))
	assert.Empty(t, cmp.Diff(owned(before), owned(server.Get(deploymentPath))))
}

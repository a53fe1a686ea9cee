package undo_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const (
	chaos   = "/apis/chaos-mesh.org/v1alpha1/namespaces/shop/podchaos"
	kept    = chaos + "/kept"
	keeper  = "chaos-mesh/records"
	keeping = "one"
)

// keptObject is one that the fault has added and an operator keeps.
func keptObject(t *testing.T) (*apitest.Server, undo.API, undo.Step) {
	t.Helper()
	server, api := apitest.New(t)
	step := undo.Step{Kind: undo.Remove, Path: kept}
	body := map[string]any{"metadata": map[string]any{"name": "kept", "finalizers": []any{keeper}}}
	require.NoError(t, api.Add(t.Context(), "run", keeping, chaos, step, body))
	return server, api, step
}

// TestKeptObject: an undo is not over while an operator keeps the object, and says so.
func TestKeptObject(t *testing.T) {
	server, api, step := keptObject(t)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := api.Undo(short, keeping, step)
	require.Error(t, err)
	if short.Err() == nil || !assert.ErrorContains(t, err, keeper) { // or a request was cut off
		require.ErrorIs(t, err, undo.ErrKept)
	}
	state, err := api.State(t.Context(), keeping, step)
	require.NoError(t, err)
	assert.Equal(t, undo.Present, state)
	assert.Equal(t, []string{kept}, server.Paths())
}

// TestObjectIsLetGo: the undo waits for the operator.
func TestObjectIsLetGo(t *testing.T) {
	server, api, step := keptObject(t)
	looks := 0
	server.Before = func(method, path string) int {
		if method == http.MethodGet && path == kept {
			looks++
		}
		if looks == 3 { // the operator is done
			server.Drop(kept)
		}
		return 0
	}
	require.NoError(t, api.Undo(t.Context(), keeping, step))
	assert.GreaterOrEqual(t, looks, 3)
	assert.Empty(t, server.Paths())
	require.NoError(t, api.Undo(t.Context(), keeping, step), "twice is fine")
}

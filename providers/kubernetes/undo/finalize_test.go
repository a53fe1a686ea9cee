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
	for range 2 {
		err := api.Undo(t.Context(), keeping, step)
		require.ErrorIs(t, err, undo.ErrKept)
		require.ErrorContains(t, err, keeper)
	}
	state, err := api.State(t.Context(), keeping, step)
	require.NoError(t, err)
	assert.Equal(t, undo.Present, state)
	assert.Equal(t, []string{kept}, server.Paths())
}

// TestFinalizerComesLate: what counts is how the object was when it was deleted, not when it was read.
func TestFinalizerComesLate(t *testing.T) {
	server, api := apitest.New(t)
	step := undo.Step{Kind: undo.Remove, Path: kept}
	require.NoError(t, api.Add(t.Context(), "run", keeping, chaos, step, map[string]any{"metadata": map[string]any{"name": "kept"}}))
	server.Meet(func(method, _ string) int {
		if method == http.MethodDelete && server.Get(kept) != nil {
			server.Edit(kept, func(o map[string]any) { o["metadata"].(map[string]any)["finalizers"] = []any{keeper} })
		}
		return 0
	})
	require.ErrorIs(t, api.Undo(t.Context(), keeping, step), undo.ErrKept)
}

// TestObjectsAreLetGo: all are deleted before any is waited for, and the undo is over when the last is gone.
func TestObjectsAreLetGo(t *testing.T) {
	server, api := apitest.New(t)
	api.Patience = time.Minute
	var steps []undo.Step
	for _, name := range []string{"a", "b"} {
		steps = append(steps, undo.Step{Kind: undo.Remove, Path: chaos + "/" + name})
		body := map[string]any{"metadata": map[string]any{"name": name, "finalizers": []any{keeper}}}
		require.NoError(t, api.Add(t.Context(), "run", keeping, chaos, steps[len(steps)-1], body))
	}
	deleted := map[string]int{}
	server.Meet(func(method, path string) int {
		if method != http.MethodDelete {
			return 0
		}
		if deleted[path]++; len(deleted) == 2 && deleted[path] == 2 { // the operator is done, one after the other
			server.Drop(path)
		}
		return 0
	})
	require.NoError(t, api.UndoAll(t.Context(), keeping, steps))
	assert.Empty(t, server.Paths())
	require.NoError(t, api.UndoAll(t.Context(), keeping, steps), "twice is fine")
}

// TestPatienceEnds with the context.
func TestPatienceEnds(t *testing.T) {
	_, api, step := keptObject(t)
	api.Patience = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	require.Error(t, api.Undo(ctx, keeping, step))
}

package undo_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// changedPods are changed by the fault "one".
func changedPods(t *testing.T, n int) (*apitest.Server, undo.API, []undo.Step) {
	t.Helper()
	server, api := apitest.New(t)
	var steps []undo.Step
	for i := range n {
		at := fmt.Sprintf("/api/v1/namespaces/shop/pods/%03d", i)
		server.Put(at, map[string]any{"spec": map[string]any{"n": 1}})
		steps = append(steps, undo.Step{Kind: undo.Restore, Path: at})
		require.NoError(t, api.Change(t.Context(), "one", steps[i], []undo.Edit{{Pointer: "/spec/n", To: 2}}))
	}
	return server, api, steps
}

// met lets readers through when so many are there at once, and is 503 when they don't come.
func met(n int) func(string, string) int {
	var mu sync.Mutex
	all, there := make(chan struct{}), 0
	return func(string, string) int {
		mu.Lock()
		if there++; there == n {
			close(all)
		}
		mu.Unlock()
		select {
		case <-all:
			return 0
		case <-time.After(5 * time.Second):
			return http.StatusServiceUnavailable
		}
	}
}

// TestManyAtOnce: an API server that is slow takes a while for each 20, not for each.
func TestManyAtOnce(t *testing.T) {
	const n = 20
	server, api, steps := changedPods(t, n)
	server.Meet(met(n))
	standing, err := api.Standing(t.Context(), "one", steps)
	require.NoError(t, err)
	assert.Equal(t, steps, standing, "in their order")

	server.Meet(met(n))
	require.NoError(t, api.UndoAll(t.Context(), "one", steps))
	server.Meet(nil)
	standing, err = api.Standing(t.Context(), "one", steps)
	require.NoError(t, err)
	assert.Empty(t, standing)
}

// TestSomeFail: all others are undone nevertheless, and each failure is told of.
func TestSomeFail(t *testing.T) {
	server, api, steps := changedPods(t, 50)
	server.Meet(func(method, path string) int {
		if path == steps[49].Path || method == http.MethodPatch && path == steps[7].Path {
			return http.StatusInternalServerError
		}
		return 0
	})
	err := api.UndoAll(t.Context(), "one", steps)
	require.ErrorContains(t, err, steps[49].Path)
	require.ErrorContains(t, err, steps[7].Path)
	_, err = api.Standing(t.Context(), "one", steps)
	require.ErrorContains(t, err, steps[49].Path)
	server.Meet(nil)
	standing, err := api.Standing(t.Context(), "one", steps)
	require.NoError(t, err)
	assert.Equal(t, []undo.Step{steps[7], steps[49]}, standing)
}

// journey notes when requests began and ended, and says that nothing is there.
type journey struct {
	mu    sync.Mutex
	clock int
	began map[string][]int // by path
	ended map[string][]int
}

func (j *journey) RoundTrip(r *http.Request) (*http.Response, error) {
	note := func(in map[string][]int) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.clock++
		in[r.URL.Path] = append(in[r.URL.Path], j.clock)
	}
	note(j.began)
	defer note(j.ended)
	return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// TestOrderOfUndo: only changes to different objects are undone at once; everything else
// is over before what was done earlier is begun with.
func TestOrderOfUndo(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		j := &journey{began: map[string][]int{}, ended: map[string][]int{}}
		api := undo.API{Base: "http://none", HTTP: &http.Client{Transport: j}}
		var steps []undo.Step
		for i, kind := range rapid.SliceOfN(rapid.SampledFrom([]undo.StepKind{undo.Restore, undo.Restore, undo.Restore, undo.Remove, undo.Forget}), 1, 30).Draw(r, "kinds") {
			at := fmt.Sprintf("/%s/%d", kind, i)
			if kind == undo.Restore {
				at = fmt.Sprintf("/restore/%d", rapid.IntRange(0, 5).Draw(r, "object"))
			}
			steps = append(steps, undo.Step{Kind: kind, Path: at})
		}
		require.NoError(r, api.UndoAll(t.Context(), "one", steps))
		began, ended := make([]int, len(steps)), make([]int, len(steps))
		for i := len(steps) - 1; i >= 0; i-- { // each step is one request, in reverse
			at := steps[i].Path
			began[i], j.began[at] = j.began[at][0], j.began[at][1:]
			ended[i], j.ended[at] = j.ended[at][0], j.ended[at][1:]
			for later := i + 1; later < len(steps); later++ {
				if steps[i].Kind != undo.Restore || steps[later].Kind != undo.Restore || at == steps[later].Path {
					require.Less(r, ended[later], began[i], "steps %d and %d of %v", i, later, steps)
				}
			}
		}
	})
}

package undo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const configPath = "/api/v1/namespaces/shop/configmaps/shop"

// config is a ConfigMap as a team applies it.
func config(data ...string) map[string]any {
	all := map[string]any{}
	for i := 0; i < len(data); i += 2 {
		all[data[i]] = data[i+1]
	}
	return map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "shop", "namespace": "shop"}, "data": all}
}

// applied is a server on which a team has applied its ConfigMap.
func applied(t *testing.T, data ...string) (*apitest.Server, undo.API, undo.Step) {
	t.Helper()
	server, api := apitest.New(t)
	require.NoError(t, server.Apply(configPath, "team", config(data...), false))
	return server, api, undo.Step{Kind: undo.Restore, Path: configPath}
}

// owned is an object without what every write changes, times of owners included.
func owned(o map[string]any) map[string]any {
	out := without(o)
	metadata := out["metadata"].(map[string]any)
	owners, _ := metadata["managedFields"].([]any)
	for _, item := range owners {
		delete(item.(map[string]any), "time")
	}
	return out
}

func data(server *apitest.Server) any { return server.Get(configPath)["data"] }

func set(key, value string) []undo.Edit { return []undo.Edit{{Pointer: "/data/" + key, To: value}} }

// TestOwnersGetTheirFieldsBack: whoever applied an object applies it after a fault as if there
// had been none, without a conflict, and what they leave out goes.
func TestOwnersGetTheirFieldsBack(t *testing.T) {
	for name, edits := range map[string][]undo.Edit{
		"a value":      set("a", "0"),
		"removed":      {{Pointer: "/data/a"}},
		"added":        set("new", "0"),
		"all":          {{Pointer: "/data"}},
		"as it was":    set("a", "1"),
		"beside other": {{Pointer: "/metadata/annotations/other", To: "x"}, {Pointer: "/data/a", To: "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			server, api, step := applied(t, "a", "1", "b", "2")
			before := server.Get(configPath)
			require.NoError(t, api.Change(t.Context(), "one", step, edits))
			for range 2 {
				require.NoError(t, api.Undo(t.Context(), "one", step))
			}
			assert.Empty(t, cmp.Diff(owned(before), owned(server.Get(configPath))))
			require.NoError(t, server.Apply(configPath, "team", config("a", "3", "b", "2", "new", "1"), false))
			require.NoError(t, server.Apply(configPath, "team", config("b", "2"), false))
			assert.Equal(t, map[string]any{"b": "2"}, data(server))
		})
	}
}

// TestOwnersOfLayers: as with values, the order in which faults leave is no matter.
func TestOwnersOfLayers(t *testing.T) {
	for _, order := range [][]string{{"one", "two"}, {"two", "one"}} {
		t.Run(order[0]+" first", func(t *testing.T) {
			server, api, step := applied(t, "a", "1", "b", "2", "c", "3")
			before := server.Get(configPath)
			require.NoError(t, api.Change(t.Context(), "one", step, append(set("a", "0"), set("b", "0")...)))
			require.NoError(t, api.Change(t.Context(), "two", step, append(set("b", "9"), set("c", "9")...)))
			for _, id := range order {
				require.NoError(t, api.Undo(t.Context(), id, step))
			}
			assert.Empty(t, cmp.Diff(owned(before), owned(server.Get(configPath))))
		})
	}
}

// TestOwnersBetweenLayers: what somebody has taken or added while a fault is in place is
// theirs again when one that came later is gone, too.
func TestOwnersBetweenLayers(t *testing.T) {
	for _, order := range [][]string{{"one", "two"}, {"two", "one"}} {
		t.Run(order[0]+" first", func(t *testing.T) {
			server, api, step := applied(t, "a", "1", "b", "2")
			require.NoError(t, api.Change(t.Context(), "one", step, append(set("a", "0"), set("b", "0")...)))
			require.NoError(t, server.Apply(configPath, "admin", config("a", "5", "c", "6"), true))
			require.NoError(t, api.Change(t.Context(), "two", step, append(set("a", "9"), set("c", "9")...)))
			for _, id := range order {
				require.NoError(t, api.Undo(t.Context(), id, step))
			}
			assert.Equal(t, map[string]any{"a": "5", "b": "2", "c": "6"}, data(server))
			require.ErrorContains(t, server.Apply(configPath, "team", config("a", "1", "b", "2"), false), `conflict with "admin"`)
			require.NoError(t, server.Apply(configPath, "team", config("b", "3"), false))
			require.NoError(t, server.Apply(configPath, "admin", config(), false))
			assert.Equal(t, map[string]any{"b": "3"}, data(server))
		})
	}
}

// TestForcedOwnersStay: what somebody has taken from a fault is not taken from them.
func TestForcedOwnersStay(t *testing.T) {
	server, api, step := applied(t, "a", "1", "b", "2")
	require.NoError(t, api.Change(t.Context(), "one", step, append(set("a", "0"), set("b", "0")...)))
	require.NoError(t, server.Apply(configPath, "admin", config("a", "5"), true))
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Equal(t, map[string]any{"a": "5", "b": "2"}, data(server))
	require.ErrorContains(t, server.Apply(configPath, "team", config("a", "1", "b", "2"), false), `conflict with "admin"`)
	require.NoError(t, server.Apply(configPath, "team", config("b", "3"), false))
}

// cutBetweenTheWrites is a server after a change whose undo came to its first write.
func cutBetweenTheWrites(t *testing.T) (server *apitest.Server, api undo.API, step undo.Step, before map[string]any) {
	t.Helper()
	server, api, step = applied(t, "a", "1", "b", "2")
	before = server.Get(configPath)
	require.NoError(t, api.Change(t.Context(), "one", step, set("a", "0")))
	server.Meet(secondPatch(http.StatusServiceUnavailable))
	require.Error(t, api.Undo(t.Context(), "one", step))
	server.Meet(nil)
	return server, api, step, before
}

// TestKilledBetweenTheWrites: the values are back, who owns them is not yet as it was, and
// whoever comes next finds that and does the rest.
func TestKilledBetweenTheWrites(t *testing.T) {
	server, api, step, before := cutBetweenTheWrites(t)

	assert.Equal(t, before["data"], data(server))
	state, err := api.State(t.Context(), "one", step)
	require.NoError(t, err)
	assert.Equal(t, undo.Restored, state, "it is neither in place nor gone")
	standing, err := api.Standing(t.Context(), "one", []undo.Step{step})
	require.NoError(t, err)
	assert.Equal(t, []undo.Step{step}, standing)

	t.Run("and another fault comes", func(t *testing.T) {
		require.NoError(t, api.Change(t.Context(), "two", step, set("b", "0")))
		require.NoError(t, api.Undo(t.Context(), "one", step))
		assert.Equal(t, map[string]any{"a": "1", "b": "0"}, data(server))
		require.NoError(t, api.Undo(t.Context(), "two", step))
		assert.Empty(t, cmp.Diff(owned(before), owned(server.Get(configPath))))
	})
}

// TestChangedAgainBetweenTheWrites: a change that is asked for then is made, and remembers the owners
// of before the first.
func TestChangedAgainBetweenTheWrites(t *testing.T) {
	server, api, step, before := cutBetweenTheWrites(t)
	require.NoError(t, api.Change(t.Context(), "one", step, set("a", "0")))
	assert.Equal(t, map[string]any{"a": "0", "b": "2"}, data(server))
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Empty(t, cmp.Diff(owned(before), owned(server.Get(configPath))))
}

// secondPatch answers the second patch from now on, and those after it.
func secondPatch(status int) func(method, path string) int {
	patches := 0
	return func(method, _ string) int {
		if method == http.MethodPatch {
			if patches++; patches > 1 {
				return status
			}
		}
		return 0
	}
}

// TestOwnersThatTheServerRefuses: the values are back, so that nothing is in place any more.
// It is told, once, and whoever comes again finds nothing to do.
func TestOwnersThatTheServerRefuses(t *testing.T) {
	server, api, step := applied(t, "a", "1")
	before := server.Get(configPath)
	require.NoError(t, api.Change(t.Context(), "one", step, set("a", "0")))
	server.Admit(func(_ string, o map[string]any) error {
		metadata := o["metadata"].(map[string]any)
		text, _ := json.Marshal(metadata["managedFields"])
		if _, kept := metadata["annotations"]; !kept && !containsManager(string(text)) {
			return errors.New("nobody writes to managedFields here")
		}
		return nil
	})
	err := api.Undo(t.Context(), "one", step)
	require.ErrorContains(t, err, configPath)
	require.ErrorContains(t, err, "the values are back")
	require.ErrorContains(t, err, "nobody writes to managedFields here")
	require.ErrorContains(t, err, "--force-conflicts")
	state, err := api.State(t.Context(), "one", step)
	require.NoError(t, err)
	assert.Equal(t, undo.Absent, state)
	assert.Equal(t, before["data"], data(server))
	require.NoError(t, api.Undo(t.Context(), "one", step))
}

func containsManager(owners string) bool {
	var all []struct{ Manager string }
	_ = json.Unmarshal([]byte(owners), &all)
	for _, owner := range all {
		if owner.Manager == "gameday" {
			return true
		}
	}
	return false
}

// TestAnnotationsWithoutOwners: an older gameday kept no owners. Its changes are undone in one write.
func TestAnnotationsWithoutOwners(t *testing.T) {
	server, api, step := applied(t, "a", "1")
	require.NoError(t, api.Change(t.Context(), "one", step, set("a", "0")))
	server.Edit(configPath, func(o map[string]any) {
		annotations := o["metadata"].(map[string]any)["annotations"].(map[string]any)
		annotations[undo.Annotation("one")] = `{"layer":1,"edits":[{"pointer":"/data/a","to":"0","prior":"1"}]}`
	})
	before := len(server.Requests())
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Equal(t, map[string]any{"a": "1"}, data(server))
	assert.NotContains(t, server.Get(configPath)["metadata"], "annotations")
	assert.Len(t, server.Requests()[before:], 2, "a read and a write")
}

// TestOwnersHoldNoValues: what stands in the annotation of who owns what are names of fields.
func TestOwnersHoldNoValues(t *testing.T) {
	server, api, step := applied(t, "a", "s3cret", "b", "t0ken")
	require.NoError(t, api.Change(t.Context(), "one", step, set("a", "0")))
	metadata := server.Get(configPath)["metadata"].(map[string]any)
	text := metadata["annotations"].(map[string]any)[undo.Annotation("one")].(string)
	assert.Contains(t, text, "f:b")
	assert.NotContains(t, text, "t0ken", "of a key that the fault does not change")
	require.NoError(t, api.Undo(t.Context(), "one", step))
}

// TestOwnersAfterAnyOrder changes an object by several faults and undoes them in any order.
func TestOwnersAfterAnyOrder(t *testing.T) {
	server, api := apitest.New(t)
	ctx, step := t.Context(), undo.Step{Kind: undo.Restore, Path: configPath}
	rapid.Check(t, func(r *rapid.T) {
		server.Drop(configPath)
		require.NoError(r, server.Apply(configPath, "team", config("a", "1", "b", "2"), false))
		require.NoError(r, server.Apply(configPath, "admin", config("b", "2", "c", "3"), false))
		before := server.Get(configPath)
		var standing []string
		for i := range rapid.IntRange(1, 6).Draw(r, "steps") {
			if len(standing) > 0 && rapid.Bool().Draw(r, "undo") {
				n := rapid.IntRange(0, len(standing)-1).Draw(r, "n")
				require.NoError(r, api.Undo(ctx, standing[n], step))
				standing = slices.Delete(standing, n, n+1)
				continue
			}
			id := fmt.Sprintf("f%d", i)
			var edits []undo.Edit
			for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 3).Draw(r, "keys") {
				edits = append(edits, undo.Edit{Pointer: "/data/" + key, To: rapid.SampledFrom([]any{nil, "1", "x", "y"}).Draw(r, "to")})
			}
			require.NoError(r, api.Change(ctx, id, step, edits))
			standing = append(standing, id)
		}
		for _, id := range rapid.Permutation(standing).Draw(r, "undone") {
			require.NoError(r, api.Undo(ctx, id, step))
		}
		require.Empty(r, cmp.Diff(owned(before), owned(server.Get(configPath))))
	})
}

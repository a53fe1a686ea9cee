package kubernetes

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
)

const settings = "/api/v1/namespaces/shop/configmaps/settings"

// inOneMap is how the API server refuses a ConfigMap.
func inOneMap(_ string, o map[string]any) error {
	data, _ := o["data"].(map[string]any)
	binary, _ := o["binaryData"].(map[string]any)
	for key := range data {
		if _, both := binary[key]; both {
			return errors.New("duplicate of key present in data: " + key)
		}
	}
	return nil
}

// place puts K into one map, as who writes a ConfigMap does.
func place(o map[string]any, where, value string) {
	for _, each := range []string{"data", "binaryData"} {
		values, _ := o[each].(map[string]any)
		if values == nil {
			values = map[string]any{}
		}
		delete(values, "K")
		if each == where {
			values["K"] = value
		}
		o[each] = values
	}
}

func onConfigMap(t *testing.T) (*apitest.Server, undo.API, undo.Step) {
	t.Helper()
	server, api := apitest.New(t)
	server.Admit(inOneMap)
	return server, api, undo.Step{Kind: undo.Restore, Path: settings}
}

// TestSomebodyTakesAKeyToTheOtherMap: his value stays where it is, and all other keys are
// restored.
func TestSomebodyTakesAKeyToTheOtherMap(t *testing.T) {
	for name, c := range map[string]struct{ was, config, to string }{
		"moved to data, and written there": {"binaryData", `set = { K = "fault", other = "fault" }`, "data"},
		"removed, and written to data":     {"binaryData", "set = { other = \"fault\" }\nremove = [\"K\"]", "data"},
		"removed, and moved to binaryData": {"data", "set = { other = \"fault\" }\nremove = [\"K\"]", "binaryData"},
		"set, and moved to binaryData":     {"data", `set = { K = "fault", other = "fault" }`, "binaryData"},
	} {
		t.Run(name, func(t *testing.T) {
			server, api, step := onConfigMap(t)
			before := map[string]any{"data": map[string]any{"other": "own"}, "binaryData": map[string]any{}}
			place(before, c.was, "b3du")
			server.Put(settings, before)
			change := configChange{of: target.ConfigMap}
			config := providertest.Decode(t, change.schema(), c.config+namedInShop("settings"))
			edits, _, err := change.edits(t.Context(), newSession(&cluster.Cluster{API: api}), config, providers.Target{Kind: "configmap", Name: "shop/settings"})
			require.NoError(t, err)
			require.NoError(t, api.Change(t.Context(), "one", step, edits))
			assert.Equal(t, "fault", server.Get(settings)["data"].(map[string]any)["other"])
			server.Edit(settings, func(o map[string]any) { place(o, c.to, "dGhlaXJz") })

			require.NoError(t, api.Undo(t.Context(), "one", step))
			want := map[string]any{"data": map[string]any{"other": "own"}}
			place(want, c.to, "dGhlaXJz")
			got := server.Get(settings)
			assert.Empty(t, cmp.Diff(want, map[string]any{"data": got["data"], "binaryData": got["binaryData"]}))
			assert.NotContains(t, got["metadata"], "annotations")
		})
	}
}

// TestAKeyIsInOneMapWhateverIsUndone: by several faults and other writers, in any order.
// No undo is ever refused, and in the end the last writer has his value where he put it.
func TestAKeyIsInOneMapWhateverIsUndone(t *testing.T) {
	server, api, step := onConfigMap(t)
	maps := rapid.SampledFrom([]string{"data", "binaryData", "neither"})
	rapid.Check(t, func(r *rapid.T) {
		server.Drop(settings)
		want := map[string]any{}
		place(want, maps.Draw(r, "at first"), "own")
		server.Put(settings, want)
		var standing []string
		for i := range rapid.IntRange(1, 8).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"change", "undo", "foreign"}).Draw(r, "what") {
			case "change":
				id := fmt.Sprintf("f%d", i)
				edits := configChange{of: target.ConfigMap}.edit("K", rapid.SampledFrom([]any{nil, "a", id}).Draw(r, "to"))
				require.NoError(r, api.Change(t.Context(), id, step, edits))
				standing = append(standing, id)
			case "undo":
				if len(standing) > 0 {
					n := rapid.IntRange(0, len(standing)-1).Draw(r, "n")
					require.NoError(r, api.Undo(t.Context(), standing[n], step))
					standing = slices.Delete(standing, n, n+1)
				}
			case "foreign":
				where := rapid.SampledFrom([]string{"data", "binaryData"}).Draw(r, "where")
				value := fmt.Sprint("foreign ", i) // nobody else writes it
				server.Edit(settings, func(o map[string]any) { place(o, where, value) })
				place(want, where, value)
			}
		}
		for _, id := range rapid.Permutation(standing).Draw(r, "undone") {
			require.NoError(r, api.Undo(t.Context(), id, step))
		}
		got := server.Get(settings)
		for _, each := range []string{"data", "binaryData"} {
			values, _ := got[each].(map[string]any)
			require.Empty(r, cmp.Diff(want[each].(map[string]any)["K"], values["K"]), each)
		}
		require.NotContains(r, got["metadata"], "annotations")
	})
}

package undo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const path = "/apis/apps/v1/namespaces/shop/statefulsets/payments"

// parse reads JSON as the server does.
func parse(t require.TestingT, text string) map[string]any {
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &o), text)
	return o
}

// without is an object without what every write changes.
func without(o map[string]any) map[string]any {
	text, _ := json.Marshal(o)
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	metadata, _ := out["metadata"].(map[string]any)
	delete(metadata, "resourceVersion")
	return out
}

// TestChangeAndUndo compares the object field by field.
func TestChangeAndUndo(t *testing.T) {
	const bare = `{"metadata":{"name":"payments","uid":"u"},"spec":{"replicas":3,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"}]}}`
	cases := map[string]struct {
		before  string
		edits   []undo.Edit
		changed string // of spec, as it is while the fault is there
	}{
		"set a value": {
			bare,
			[]undo.Edit{{Pointer: "/spec/replicas", To: 0}},
			`{"replicas":0,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"}]}`,
		},
		"remove a value": {
			bare,
			[]undo.Edit{{Pointer: "/spec/replicas"}},
			`{"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"}]}`,
		},
		"remove what is missing": {
			bare,
			[]undo.Edit{{Pointer: "/spec/nothing/here"}},
			`{"replicas":3,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"}]}`,
		},
		"below maps that are missing, twice": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{}}`,
			[]undo.Edit{{Pointer: "/spec/a/b/one", To: 1}, {Pointer: "/spec/a/b/two", To: 2}, {Pointer: "/spec/a/three", To: 3}},
			`{"a":{"b":{"one":1,"two":2},"three":3}}`,
		},
		"an annotation beside its own": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{}}`,
			[]undo.Edit{{Pointer: "/metadata/annotations/restarted", To: "now"}},
			`{}`,
		},
		"an element of a list by index": {
			bare,
			[]undo.Edit{{Pointer: "/spec/template/containers/1/image", To: "broken"}, {Pointer: "/spec/template/containers/0/ports", To: []any{map[string]any{"port": 1}}}},
			`{"replicas":3,"template":{"containers":[{"name":"app","image":"a","ports":[{"port":1}]},{"name":"side","image":"broken"}]},"taints":[{"key":"x"}]}`,
		},
		"a whole element by index": {
			bare,
			[]undo.Edit{{Pointer: "/spec/taints/0", To: map[string]any{"key": "y"}}},
			`{"replicas":3,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"y"}]}`,
		},
		"add an element": {
			bare,
			[]undo.Edit{{Pointer: "/spec/taints", Element: map[string]any{"key": "gone"}}},
			`{"replicas":3,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"},{"key":"gone"}]}`,
		},
		"add an element that is there": {
			bare,
			[]undo.Edit{{Pointer: "/spec/taints", Element: map[string]any{"key": "x"}}},
			`{"replicas":3,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"}]}`,
		},
		"add an element to no list": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{}}`,
			[]undo.Edit{{Pointer: "/spec/deep/taints", Element: map[string]any{"key": "gone"}}},
			`{"deep":{"taints":[{"key":"gone"}]}}`,
		},
		"add an element to an empty list": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{"taints":[]}}`,
			[]undo.Edit{{Pointer: "/spec/taints", Element: "gone"}},
			`{"taints":["gone"]}`,
		},
		"keys with slashes and tildes": {
			`{"metadata":{"name":"payments","uid":"u","annotations":{"a/b~c":"1"}},"spec":{"m":{"x/y":"~"}}}`,
			[]undo.Edit{{Pointer: "/metadata/annotations/" + undo.Escape("a/b~c"), To: "2"}, {Pointer: "/spec/m/" + undo.Escape("x/y"), To: "/"}},
			`{"m":{"x/y":"/"}}`,
		},
		"empty values": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{"s":"","f":false,"z":0,"m":{},"l":[]}}`,
			[]undo.Edit{{Pointer: "/spec/s", To: "x"}, {Pointer: "/spec/f", To: true}, {Pointer: "/spec/z", To: 1}, {Pointer: "/spec/m", To: map[string]any{"a": 1}}, {Pointer: "/spec/l", To: []any{1}}},
			`{"s":"x","f":true,"z":1,"m":{"a":1},"l":[1]}`,
		},
		"to empty values": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{"s":"x","f":true,"z":1,"m":{"a":1},"l":[1]}}`,
			[]undo.Edit{{Pointer: "/spec/s", To: ""}, {Pointer: "/spec/f", To: false}, {Pointer: "/spec/z", To: 0}, {Pointer: "/spec/m", To: map[string]any{}}, {Pointer: "/spec/l", To: []any{}}},
			`{"s":"","f":false,"z":0,"m":{},"l":[]}`,
		},
		"bytes and long values": {
			`{"metadata":{"name":"payments","uid":"u"},"spec":{"key":"<&>\u2028` + strings.Repeat("line\\n", 5000) + `"}}`,
			[]undo.Edit{{Pointer: "/spec/key", To: "short"}},
			`{"key":"short"}`,
		},
		"one field twice": {
			bare,
			[]undo.Edit{{Pointer: "/spec/replicas", To: 1}, {Pointer: "/spec/replicas", To: 2}},
			`{"replicas":2,"template":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]},"taints":[{"key":"x"}]}`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			step := undo.Step{Kind: undo.Restore, Path: path, UID: "u"}
			server.Put(path, parse(t, c.before))
			before := server.Get(path)
			for range 2 { // a second change with the same id is none
				require.NoError(t, api.Change(t.Context(), "one", step, c.edits))
			}
			assert.Empty(t, cmp.Diff(parse(t, c.changed), server.Get(path)["spec"]))
			state, err := api.State(t.Context(), "one", step)
			require.NoError(t, err)
			assert.Equal(t, undo.Present, state)
			for range 2 {
				require.NoError(t, api.Undo(t.Context(), "one", step))
			}
			assert.Empty(t, cmp.Diff(without(before), without(server.Get(path))))
			state, err = api.State(t.Context(), "one", step)
			require.NoError(t, err)
			assert.Equal(t, undo.Absent, state)
		})
	}
}

// TestWholeNumbersKeepTheirDigits: float64 would round them.
func TestWholeNumbersKeepTheirDigits(t *testing.T) {
	server, api := apitest.New(t)
	step := undo.Step{Kind: undo.Restore, Path: path}
	server.Put(path, map[string]any{"metadata": map[string]any{"annotations": map[string]any{}}})
	var patches []string
	server.Meet(func(string, string) int { return 0 })
	server.Admit(func(_ string, o map[string]any) error {
		text, _ := json.Marshal(o)
		patches = append(patches, string(text))
		return nil
	})
	require.NoError(t, api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/id", To: int64(9007199254740993)}}))
	assert.NotEmpty(t, patches)
	edits, err := undo.Edits(server.Get(path), "one")
	require.NoError(t, err)
	assert.Equal(t, "9007199254740993", fmt.Sprint(edits[0].To))
}

func TestRefused(t *testing.T) {
	cases := map[string]struct {
		edit  undo.Edit
		wants string
	}{
		"no pointer":            {undo.Edit{To: 1}, "does not begin with a slash"},
		"bad escape":            {undo.Edit{Pointer: "/spec/a~2", To: 1}, "after each tilde"},
		"beyond the end":        {undo.Edit{Pointer: "/spec/list/7", To: 1}, "/spec/list has 1 elements and none at 7"},
		"the end of a list":     {undo.Edit{Pointer: "/spec/list/-", To: 1}, "an element is added with Element"},
		"leading zero":          {undo.Edit{Pointer: "/spec/list/00", To: 1}, "none at 00"},
		"below a missing index": {undo.Edit{Pointer: "/spec/list/7/x", To: 1}, "there is no /spec/list/7"},
		"below a missing list":  {undo.Edit{Pointer: "/spec/none/0/x", To: 1}, "there is no /spec/none"},
		"element removed":       {undo.Edit{Pointer: "/spec/list/0"}, "an edit removes values of maps only"},
		"below a value":         {undo.Edit{Pointer: "/spec/n/x", To: 1}, "/spec/n is 1, expected a map or a list"},
		"element of no list":    {undo.Edit{Pointer: "/spec/n", Element: 1}, "expected a list"},
		"too long":              {undo.Edit{Pointer: "/spec/random", To: "x"}, "there is room for 196608 in an annotation"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			server.Put(path, map[string]any{"spec": map[string]any{"n": 1, "list": []any{1}, "random": noise(300_000)}})
			before := server.Get(path)
			err := api.Change(t.Context(), "one", undo.Step{Kind: undo.Restore, Path: path}, []undo.Edit{c.edit})
			require.ErrorContains(t, err, c.wants)
			require.ErrorContains(t, err, path)
			assert.Empty(t, cmp.Diff(before, server.Get(path)))
		})
	}
}

// noise does not compress.
func noise(n int) string {
	state, out := uint32(1), make([]byte, n)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[state>>26]
	}
	return string(out)
}

func TestOthersWriteMeanwhile(t *testing.T) {
	step := undo.Step{Kind: undo.Restore, Path: path}
	t.Run("between read and write", func(t *testing.T) {
		server, api := apitest.New(t)
		server.Put(path, parse(t, `{"spec":{"replicas":3}}`))
		writes := 0
		server.Meet(func(method, _ string) int {
			if method == http.MethodPatch && writes < 4 {
				writes++
				server.Edit(path, func(o map[string]any) { o["status"] = map[string]any{"n": writes} })
			}
			return 0
		})
		require.NoError(t, api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/replicas", To: 0}}))
		writes = 0
		require.NoError(t, api.Undo(t.Context(), "one", step))
		assert.Equal(t, 4, writes)
		assert.Equal(t, map[string]any{"replicas": 3.0}, server.Get(path)["spec"])
	})
	t.Run("without end", func(t *testing.T) {
		server, api := apitest.New(t)
		server.Put(path, parse(t, `{"spec":{"replicas":3}}`))
		n := 0
		server.Meet(func(method, _ string) int {
			if method == http.MethodPatch {
				n++
				server.Edit(path, func(o map[string]any) { o["status"] = map[string]any{"n": n} })
			}
			return 0
		})
		err := api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/replicas", To: 0}})
		require.ErrorContains(t, err, "others kept changing the object, 12 attempts")
	})
	t.Run("the server does not take it", func(t *testing.T) {
		server, api := apitest.New(t)
		server.Put(path, parse(t, `{"spec":{"replicas":3}}`))
		server.Admit(func(string, map[string]any) error { return errors.New("replicas: must not be 0") })
		before := len(server.Requests())
		err := api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/replicas", To: 0}})
		require.ErrorContains(t, err, "must not be 0")
		assert.NotContains(t, err.Error(), "others")
		assert.LessOrEqual(t, len(server.Requests())-before, 3, "what is refused is not asked again and again")
	})
}

// TestForeignValuesStay: what somebody else wrote to a changed field is theirs.
func TestForeignValuesStay(t *testing.T) {
	cases := map[string]struct {
		edit          undo.Edit
		foreign       func(spec map[string]any)
		before, after string
	}{
		"set":             {undo.Edit{Pointer: "/spec/n", To: 0}, func(s map[string]any) { s["n"] = 7 }, `{"n":3}`, `{"n":7}`},
		"removed":         {undo.Edit{Pointer: "/spec/n"}, func(s map[string]any) { s["n"] = 7 }, `{"n":3}`, `{"n":7}`},
		"deleted by them": {undo.Edit{Pointer: "/spec/n", To: 0}, func(s map[string]any) { delete(s, "n") }, `{"n":3}`, `{}`},
		"map not empty":   {undo.Edit{Pointer: "/spec/m/a", To: 1}, func(s map[string]any) { s["m"].(map[string]any)["b"] = 2 }, `{}`, `{"m":{"b":2}}`},
		"list gone":       {undo.Edit{Pointer: "/spec/l/0/x", To: 1}, func(s map[string]any) { delete(s, "l") }, `{"l":[{"x":0}]}`, `{}`},
		"list shorter":    {undo.Edit{Pointer: "/spec/l/1/x"}, func(s map[string]any) { s["l"] = s["l"].([]any)[:1] }, `{"l":[{},{"x":0}]}`, `{"l":[{}]}`},
		"other elements":  {undo.Edit{Pointer: "/spec/l", Element: "ours"}, func(s map[string]any) { s["l"] = append([]any{"first"}, append(s["l"].([]any), "last")...) }, `{"l":["x"]}`, `{"l":["first","x","last"]}`},
		"last key of a map that servers leave out": {undo.Edit{Pointer: "/spec/m/a"}, func(s map[string]any) { delete(s, "m") }, `{"m":{"a":1}}`, `{"m":{"a":1}}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			step := undo.Step{Kind: undo.Restore, Path: path}
			server.Put(path, map[string]any{"spec": parse(t, c.before)})
			require.NoError(t, api.Change(t.Context(), "one", step, []undo.Edit{c.edit}))
			server.Edit(path, func(o map[string]any) { c.foreign(o["spec"].(map[string]any)) })
			require.NoError(t, api.Undo(t.Context(), "one", step))
			assert.Empty(t, cmp.Diff(parse(t, c.after), server.Get(path)["spec"]))
			assert.NotContains(t, server.Get(path)["metadata"], "annotations")
		})
	}
}

// TestServersRewriteValues: a default in the place of what was removed and another
// way to write a quantity are the fault's own, not somebody else's.
func TestServersRewriteValues(t *testing.T) {
	server, api := apitest.New(t)
	step := undo.Step{Kind: undo.Restore, Path: path}
	server.Put(path, parse(t, `{"spec":{"replicas":3,"cpu":"2","flag":true}}`))
	server.Admit(func(_ string, o map[string]any) error {
		spec := o["spec"].(map[string]any)
		if spec["replicas"] == nil {
			spec["replicas"] = 1.0
		}
		if spec["cpu"] == "1000m" {
			spec["cpu"] = "1"
		}
		if spec["flag"] == false {
			delete(spec, "flag")
		}
		return nil
	})
	before := server.Get(path)
	require.NoError(t, api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/replicas"}, {Pointer: "/spec/cpu", To: "1000m"}, {Pointer: "/spec/flag", To: false}}))
	assert.Equal(t, map[string]any{"replicas": 1.0, "cpu": "1"}, server.Get(path)["spec"])
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Empty(t, cmp.Diff(without(before), without(server.Get(path))))
}

func TestGoneAndReplaced(t *testing.T) {
	server, api := apitest.New(t)
	step := undo.Step{Kind: undo.Restore, Path: path, UID: "u"}
	require.NoError(t, api.Undo(t.Context(), "one", step), "nothing is there")
	err := api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/n", To: 1}})
	require.True(t, undo.IsNotFound(err), "%v", err)

	server.Put(path, parse(t, `{"metadata":{"uid":"another"},"spec":{}}`))
	before := server.Get(path)
	err = api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/n", To: 1}})
	require.ErrorIs(t, err, undo.ErrReplaced)
	require.ErrorContains(t, err, "expected UID u, found another")
	require.NoError(t, api.Undo(t.Context(), "one", step))
	assert.Empty(t, cmp.Diff(before, server.Get(path)))
	state, err := api.State(t.Context(), "one", step)
	require.NoError(t, err)
	assert.Equal(t, undo.Absent, state)
	require.ErrorContains(t, api.Undo(t.Context(), "one", undo.Step{Kind: "explode", Path: path}), `unknown kind of step "explode"`)
}

func TestAddAndRemove(t *testing.T) {
	server, api := apitest.New(t)
	const collection, at = "/api/v1/namespaces/shop/resourcequotas", "/api/v1/namespaces/shop/resourcequotas/none"
	step := undo.Step{Kind: undo.Remove, Path: at}
	body := map[string]any{"metadata": map[string]any{"name": "none"}}
	for range 2 {
		require.NoError(t, api.Add(t.Context(), "run", "one", collection, step, body))
	}
	assert.NotContains(t, body["metadata"], "labels", "what the caller handed in is his")
	require.ErrorIs(t, api.Add(t.Context(), "run", "two", collection, step, body), undo.ErrForeign)
	require.NoError(t, api.Undo(t.Context(), "two", step), "another's is left alone")
	assert.Equal(t, []string{at}, server.Paths())
	for range 2 {
		require.NoError(t, api.Undo(t.Context(), "one", step))
	}
	assert.Empty(t, server.Paths())
}

// TestGate: nothing is written when the gate is closed, and reading goes on.
func TestGate(t *testing.T) {
	server, api := apitest.New(t)
	server.Put(path, parse(t, `{"spec":{"n":1}}`))
	closed := errors.New("the deadline has passed")
	api.Gate = func(context.Context) error { return closed }
	step := undo.Step{Kind: undo.Restore, Path: path}
	require.ErrorIs(t, api.Change(t.Context(), "one", step, []undo.Edit{{Pointer: "/spec/n", To: 2}}), closed)
	require.ErrorIs(t, api.Add(t.Context(), "run", "one", "/api/v1/pods", undo.Step{}, map[string]any{}), closed)
	_, err := api.Get(t.Context(), path)
	require.NoError(t, err)
	for _, request := range server.Requests() {
		assert.True(t, strings.HasPrefix(request, "GET "), request)
	}
}

package undo_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// TestTwoFaultsOnOneField: after each undo the object is what the remaining
// change alone would have made of it.
func TestTwoFaultsOnOneField(t *testing.T) {
	step := undo.Step{Kind: undo.Restore, Path: path}
	taint := func(key string) []undo.Edit {
		return []undo.Edit{{Pointer: "/spec/taints", Element: map[string]any{"key": key}}}
	}
	set := func(n int) []undo.Edit { return []undo.Edit{{Pointer: "/spec/n", To: n}} }
	cases := map[string]struct {
		before        string
		first, second []undo.Edit
		onlyFirst     string
		onlySecond    string
	}{
		"another value":          {`{"n":3}`, set(5), set(0), `{"n":5}`, `{"n":0}`},
		"the same value":         {`{"n":3}`, set(0), set(0), `{"n":0}`, `{"n":0}`},
		"and back":               {`{"n":3}`, set(0), set(3), `{"n":0}`, `{"n":3}`},
		"removed and set":        {`{"n":3}`, []undo.Edit{{Pointer: "/spec/n"}}, set(7), `{}`, `{"n":7}`},
		"the same missing map":   {`{}`, []undo.Edit{{Pointer: "/spec/m/a", To: 1}}, []undo.Edit{{Pointer: "/spec/m/b", To: 2}}, `{"m":{"a":1}}`, `{"m":{"b":2}}`},
		"the same missing list":  {`{}`, taint("a"), taint("b"), `{"taints":[{"key":"a"}]}`, `{"taints":[{"key":"b"}]}`},
		"the same element":       {`{}`, taint("a"), taint("a"), `{"taints":[{"key":"a"}]}`, `{"taints":[{"key":"a"}]}`},
		"a part, then the whole": {`{"m":{"a":1,"b":2}}`, []undo.Edit{{Pointer: "/spec/m/a", To: 9}}, []undo.Edit{{Pointer: "/spec/m", To: map[string]any{"x": 1}}}, `{"m":{"a":9,"b":2}}`, `{"m":{"x":1}}`},
		"the whole, then a part": {`{"m":{"a":1,"b":2}}`, []undo.Edit{{Pointer: "/spec/m", To: map[string]any{"x": 1}}}, []undo.Edit{{Pointer: "/spec/m/a", To: 9}}, `{"m":{"x":1}}`, `{"m":{"a":9,"b":2}}`},
	}
	for name, c := range cases {
		for _, firstFirst := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, first undone first %t", name, firstFirst), func(t *testing.T) {
				server, api := apitest.New(t)
				server.Put(path, map[string]any{"spec": parse(t, c.before)})
				before := server.Get(path)
				require.NoError(t, api.Change(t.Context(), "first", step, c.first))
				require.NoError(t, api.Change(t.Context(), "second", step, c.second))
				order, between := []string{"second", "first"}, c.onlyFirst
				if firstFirst {
					order, between = []string{"first", "second"}, c.onlySecond
				}
				require.NoError(t, api.Undo(t.Context(), order[0], step))
				assert.Empty(t, cmp.Diff(parse(t, between), server.Get(path)["spec"]))
				require.NoError(t, api.Undo(t.Context(), order[1], step))
				assert.Empty(t, cmp.Diff(without(before), without(server.Get(path))))
			})
		}
	}
}

// TestForeignValueBetweenTwoFaults: it is what remains.
func TestForeignValueBetweenTwoFaults(t *testing.T) {
	step := undo.Step{Kind: undo.Restore, Path: path}
	for _, order := range [][]string{{"first", "second"}, {"second", "first"}} {
		server, api := apitest.New(t)
		server.Put(path, parse(t, `{"spec":{"n":3}}`))
		require.NoError(t, api.Change(t.Context(), "first", step, []undo.Edit{{Pointer: "/spec/n", To: 5}}))
		server.Edit(path, func(o map[string]any) { o["spec"] = map[string]any{"n": 7} })
		require.NoError(t, api.Change(t.Context(), "second", step, []undo.Edit{{Pointer: "/spec/n", To: 0}}))
		for _, id := range order {
			require.NoError(t, api.Undo(t.Context(), id, step))
		}
		assert.Equal(t, map[string]any{"n": 7.0}, server.Get(path)["spec"], "undone as %v", order)
	}
}

// anyEdit draws an edit of a small object, so that edits meet.
func anyEdit() *rapid.Generator[undo.Edit] {
	scalars := rapid.SampledFrom([]string{"/spec/n", "/spec/m/a", "/spec/m/b", "/spec/m/deep/c", "/spec/none/d", "/spec/list/0/x", "/metadata/annotations/own"})
	value := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.IntRange(0, 2), func(n int) any { return n }),
		rapid.SampledFrom([]any{"", "text", false, map[string]any{"a": 1}, []any{"e"}}))
	return rapid.Custom(func(r *rapid.T) undo.Edit {
		switch rapid.IntRange(0, 5).Draw(r, "kind") {
		case 0:
			return undo.Edit{Pointer: rapid.SampledFrom([]string{"/spec/taints", "/spec/none/list"}).Draw(r, "list"), Element: map[string]any{"key": rapid.SampledFrom([]string{"a", "b"}).Draw(r, "key")}}
		case 1:
			return undo.Edit{Pointer: "/spec/m", To: map[string]any{"w": rapid.IntRange(0, 2).Draw(r, "whole")}}
		default:
			return undo.Edit{Pointer: scalars.Draw(r, "pointer"), To: value.Draw(r, "to")}
		}
	})
}

// TestAnyOrderRestoresExactly changes an object by several faults and undoes them in
// any order, also in between, while somebody else writes to other fields.
func TestAnyOrderRestoresExactly(t *testing.T) {
	server, api := apitest.New(t)
	ctx, step := t.Context(), undo.Step{Kind: undo.Restore, Path: path}
	rapid.Check(t, func(r *rapid.T) {
		server.Drop(path)
		text := rapid.SampledFrom([]string{
			`{"spec":{"n":1,"m":{"a":1,"deep":{"c":2}},"list":[{"x":1},{}],"taints":[{"key":"z"}]}}`,
			`{"spec":{"list":[{}]},"metadata":{"annotations":{"own":"1","other":"2"}}}`,
			`{}`,
		}).Draw(r, "object")
		server.Put(path, parse(r, text))
		want := server.Get(path)
		standing := map[string]bool{}
		foreign := 0
		for i := range rapid.IntRange(1, 8).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"change", "change", "undo", "foreign"}).Draw(r, "what") {
			case "change":
				id := fmt.Sprintf("f%d", i)
				standing[id] = api.Change(ctx, id, step, rapid.SliceOfN(anyEdit(), 1, 3).Draw(r, "edits")) == nil
			case "undo":
				if ids := slices.Sorted(maps.Keys(standing)); len(ids) > 0 {
					id := rapid.SampledFrom(ids).Draw(r, "id")
					require.NoError(r, api.Undo(ctx, id, step))
					delete(standing, id)
				}
			case "foreign":
				foreign++
				write := func(o map[string]any) { o["status"] = map[string]any{"seen": foreign} }
				server.Edit(path, write)
				write(want)
			}
		}
		ids := rapid.Permutation(slices.Sorted(maps.Keys(standing))).Draw(r, "undone")
		for _, id := range ids {
			require.NoError(r, api.Undo(ctx, id, step))
		}
		require.Empty(r, cmp.Diff(without(want), without(server.Get(path))))
	})
}

// TestForeignValuesOfChangedFieldsRemain: whoever wrote last to a field that faults
// had changed has his value there when all are undone.
func TestForeignValuesOfChangedFieldsRemain(t *testing.T) {
	server, api := apitest.New(t)
	ctx, step := t.Context(), undo.Step{Kind: undo.Restore, Path: path}
	fields := []string{"a", "b", "c"}
	rapid.Check(t, func(r *rapid.T) {
		server.Drop(path)
		server.Put(path, parse(r, `{"spec":{"a":1,"b":2}}`))
		want := map[string]any{"a": 1.0, "b": 2.0}
		var standing []string
		for i := range rapid.IntRange(1, 8).Draw(r, "steps") {
			field := rapid.SampledFrom(fields).Draw(r, "field")
			switch rapid.SampledFrom([]string{"change", "undo", "foreign"}).Draw(r, "what") {
			case "change":
				id := fmt.Sprintf("f%d", i)
				edit := undo.Edit{Pointer: "/spec/" + field, To: rapid.SampledFrom([]any{nil, 1, 2, 3}).Draw(r, "to")}
				require.NoError(r, api.Change(ctx, id, step, []undo.Edit{edit}))
				standing = append(standing, id)
			case "undo":
				if len(standing) > 0 {
					n := rapid.IntRange(0, len(standing)-1).Draw(r, "n")
					require.NoError(r, api.Undo(ctx, standing[n], step))
					standing = slices.Delete(standing, n, n+1)
				}
			case "foreign":
				value := float64(100 + i) // nobody else writes it
				server.Edit(path, func(o map[string]any) { o["spec"].(map[string]any)[field] = value })
				want[field] = value
			}
		}
		for _, id := range rapid.Permutation(standing).Draw(r, "undone") {
			require.NoError(r, api.Undo(ctx, id, step))
		}
		got, _ := server.Get(path)["spec"].(map[string]any)
		require.Empty(r, cmp.Diff(want, got))
	})
}

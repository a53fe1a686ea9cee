package undo

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// anyFields draws what the API server may have written.
func anyFields() *rapid.Generator[*fieldpath.Set] {
	part := rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{"a", "b", "x/y~z", ".", "", "n\nl"}), func(name string) any { return name }),
		rapid.Map(rapid.IntRange(0, 2), func(n int) any { return n }),
		rapid.Map(rapid.SampledFrom([]string{"app", "side"}), func(name string) any { return fieldpath.KeyByFields("name", name, "port", 80) }),
	)
	path := rapid.SliceOfN(part, 1, 4)
	return rapid.Custom(func(r *rapid.T) *fieldpath.Set {
		set := fieldpath.NewSet()
		for _, parts := range rapid.SliceOfN(path, 0, 8).Draw(r, "paths") {
			set.Insert(fieldpath.MakePathOrDie(parts...))
		}
		return set
	})
}

func treeOf(t require.TestingT, set *fieldpath.Set) any {
	text, err := set.ToJSON()
	require.NoError(t, err)
	var tree any
	require.NoError(t, json.Unmarshal(text, &tree))
	return tree
}

// TestFieldsAreThoseOfTheServer: the API server's own sets say the same.
func TestFieldsAreThoseOfTheServer(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := anyFields().Draw(r, "a"), anyFields().Draw(r, "b")
		treeA, treeB := treeOf(r, a), treeOf(r, b)
		require.Equal(r, treeA, any(fieldsOf(treeA).tree()))
		require.Equal(r, treeOf(r, a.Intersection(b)), any(fieldsOf(treeA).and(fieldsOf(treeB)).tree()))
		both := fieldsOf(treeA)
		both.add(fieldsOf(treeB))
		require.Equal(r, treeOf(r, a.Union(b)), any(both.tree()))
	})
}

func TestFieldsOfNothing(t *testing.T) {
	for _, tree := range []any{nil, map[string]any{}, "text", map[string]any{itself: map[string]any{}}} {
		assert.Empty(t, fieldsOf(tree), "%v", tree)
	}
}

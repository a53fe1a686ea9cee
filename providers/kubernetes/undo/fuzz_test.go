package undo

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPointer: a pointer that parses is written back as it was, and no pointer
// makes a draft fall.
func FuzzPointer(f *testing.F) {
	for _, seed := range []string{"", "/", "/a/b", "/a~1b/~0", "/a~", "/list/0/x", "/list/-", "/list/00", "a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pointer string) {
		path, err := parse(pointer)
		if err != nil {
			require.ErrorIs(t, err, errPointer)
			return
		}
		require.Equal(t, pointer, join(path))
		o := object{"list": []any{map[string]any{}}, "map": map[string]any{}}
		_, before := o.at(pointer)
		d := newDraft(o)
		made, err := d.set(pointer, "x")
		if err != nil {
			return
		}
		value, found := d.at(pointer)
		require.True(t, found)
		require.Equal(t, "x", value)
		if d.remove(pointer) == nil && !before {
			require.NoError(t, d.prune(pointer, made))
			require.True(t, same(map[string]any(o), map[string]any(d.object)), "%v", d.object)
		}
	})
}

// FuzzAnnotation: whatever stands in an annotation, undoing it ends with a patch or an
// error.
func FuzzAnnotation(f *testing.F) {
	f.Add(`{"layer":1,"edits":[{"pointer":"/spec/n","to":1,"prior":2}]}`)
	f.Add(`{"layer":1,"edits":[{"pointer":"/spec/list","element":{"a":1},"made":"/spec"}]}`)
	f.Add(`gzip:H4sIAAAAAAAA`)
	f.Add(`{"edits":[{"pointer":"/metadata/annotations","to":null}]}`)
	f.Add(`{"layer":1,"back":true,"owners":[{"manager":"team","operation":"Apply","fieldsV1":{"f:spec":{".":5,"f:n":[]}}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		o := object{
			"metadata": map[string]any{"resourceVersion": "1", "managedFields": []any{
				map[string]any{"manager": manager, "operation": "Update", "fieldsV1": map[string]any{"f:spec": map[string]any{"f:n": map[string]any{}}}}, "none",
			}, "annotations": map[string]any{
				Annotation("own"): text, Annotation("above"): `{"layer":1000000000,"edits":[{"pointer":"/spec/n","to":5,"prior":1}]}`,
			}},
			"spec": map[string]any{"n": json.Number("5"), "list": []any{map[string]any{"a": json.Number("1")}}},
		}
		for range 2 { // below another layer, and alone
			ops, err := o.restoring("own", false, &debt{})
			if err == nil {
				require.NotEmpty(t, ops)
			}
			delete(mapIn(mapIn(o, "metadata"), "annotations"), Annotation("above"))
		}
	})
}

func TestPackedTextsAreBounded(t *testing.T) {
	big := make([]byte, mostInside+10)
	text, err := Pack(string(big))
	require.NoError(t, err)
	require.Less(t, len(text), 1<<20)
	var out string
	require.ErrorContains(t, Unpack(text, &out), "it holds more than")
	text, err = Pack(string(big[:packFrom]))
	require.NoError(t, err)
	require.NoError(t, Unpack(text, &out))
	require.Equal(t, string(big[:packFrom]), out)
}

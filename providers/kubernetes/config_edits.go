package kubernetes

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

func (c configChange) inject(ctx context.Context, i injection) error {
	return i.change(ctx, func(t providers.Target) ([]undo.Edit, error) {
		edits, _, err := c.edits(ctx, i.session, i.config, t)
		return edits, err
	})
}

// edits are the changes of one object.
func (c configChange) edits(ctx context.Context, s *session, values schema.Values, t providers.Target) ([]undo.Edit, map[string]any, error) {
	path, err := pathOf(t)
	if err != nil {
		return nil, nil, err
	}
	o, err := s.API.Get(ctx, path)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s/%s: %w", t.Kind, t.Name, err)
	}
	var edits []undo.Edit
	set := values.StringMap("set")
	for _, key := range slices.Sorted(maps.Keys(set)) {
		edits = append(edits, c.edit(key, c.encode(set[key]))...)
	}
	for _, key := range values.Strings("remove") {
		edits = append(edits, c.edit(key, nil)...)
	}
	return edits, o, nil
}

// edit sets or removes a key. A ConfigMap has it in data or in binaryData, never in both:
// setting one that is binary moves it, and its undo puts it back into the one map only
// while nobody else has it in the other. It is taken out of binaryData also where it isn't
// there: the undo of a fault below may bring it back.
func (c configChange) edit(key string, to any) []undo.Edit {
	text, binary := "/data/"+undo.Escape(key), "/binaryData/"+undo.Escape(key)
	if c.secret() {
		return []undo.Edit{{Pointer: text, To: to}}
	}
	return []undo.Edit{{Pointer: binary, Unless: text}, {Pointer: text, To: to, Unless: binary}}
}

// encode is a value as the API has it.
func (c configChange) encode(value string) string {
	if c.secret() {
		return base64.StdEncoding.EncodeToString([]byte(value))
	}
	return value
}

// observe reads the object back and compares it with what stands in its own
// annotation: the record knows no values.
func (c configChange) observe(ctx context.Context, l look) ([]finding, error) {
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		path, err := pathOf(t)
		if err != nil {
			return finding{}, err
		}
		o, err := l.session.API.Get(ctx, path)
		if err != nil {
			return finding{}, err
		}
		edits, err := undo.Edits(o, l.record.ID)
		return readBack(t, o, edits), err
	})
}

func readBack(t providers.Target, o map[string]any, edits []undo.Edit) finding {
	changed := map[string]bool{}
	for _, e := range edits {
		key := e.Pointer[strings.LastIndex(e.Pointer, "/")+1:]
		if !e.Holds(o) {
			return finding{state: providers.Absent, detail: "something else has changed the key " + key}
		}
		if !e.Moot() {
			changed[key] = true
		}
	}
	if len(changed) == 0 {
		return finding{detail: "it was like that before, so that nothing changed"}
	}
	return finding{facts: []providers.Fact{{
		Name: "keys_changed", Text: fmt.Sprintf("%s/%s reads back with %s changed", t.Kind, t.Name, strings.Join(sortedKeys(changed), ", ")), Value: float64(len(changed)), Unit: "keys",
	}}}
}

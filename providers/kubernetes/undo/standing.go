package undo

import (
	"encoding/json"
	"slices"
)

// Edits reads from an object what a fault changed in it, prior values included.
// There are none when the fault has not changed it.
func Edits(o map[string]any, id string) ([]Edit, error) {
	l, _, err := object(o).own(id)
	return l.Edits, err
}

// Holds reports whether an object has what the edit put there: nobody else has
// changed it since.
func (e Edit) Holds(o map[string]any) bool {
	value, found := object(o).at(e.Pointer)
	if e.Element == nil {
		return e.ours(value, found)
	}
	list, _ := value.([]any)
	return slices.ContainsFunc(list, func(candidate any) bool { return contains(candidate, e.Element) })
}

// Moot reports whether the edit of an object changed nothing: what it asked for
// was there before.
func (e Edit) Moot() bool {
	if e.Element != nil {
		return e.Had
	}
	if e.To == nil || len(e.Prior) == 0 {
		return e.To == nil && len(e.Prior) == 0
	}
	var prior any
	return json.Unmarshal(e.Prior, &prior) == nil && same(prior, e.To)
}

package undo

import (
	"fmt"
	"slices"
)

// patchOp is an operation of JSON Patch (RFC 6902).
type patchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// draft is an object on its way to what a patch will make of it. Each operation
// is done to the draft and noted for the server, so that the next one sees what
// the server will see by then.
type draft struct {
	object
	ops []patchOp
}

// newDraft begins a patch that the server refuses when anybody wrote since the
// object was read. The object itself is not touched.
func newDraft(o object) *draft {
	copied, _ := normal(map[string]any(o)).(map[string]any)
	return &draft{object: copied, ops: []patchOp{{"test", "/metadata/resourceVersion", o.version()}}}
}

// changed reports whether the patch does anything.
func (d *draft) changed() bool { return len(d.ops) > 1 }

// set puts a value at a pointer. Maps above it that are missing are made, as a
// patch adds only below what exists; made is the pointer of the topmost.
func (d *draft) set(pointer string, value any) (made string, err error) {
	path, err := parse(pointer)
	if err != nil {
		return "", err
	}
	made, err = d.makeAbove(path)
	if err != nil {
		return "", err
	}
	op, err := d.assign(path, normal(value))
	if err != nil {
		return "", err
	}
	d.ops = append(d.ops, patchOp{op, pointer, value})
	return made, nil
}

// assign writes to the draft alone, and names the operation that does it on the
// server: in a list "add" would insert.
func (d *draft) assign(path []string, value any) (op string, err error) {
	above, _ := d.find(path[:len(path)-1])
	last := path[len(path)-1]
	switch c := above.(type) {
	case map[string]any:
		c[last] = value
		return "add", nil
	case []any:
		if i, found := position(last, len(c)); found {
			c[i] = value
			return "replace", nil
		}
		return "", fmt.Errorf("%w: %s has %d elements and none at %s; an element is added with Element", errPointer, join(path[:len(path)-1]), len(c), last)
	default:
		return "", fmt.Errorf("%w: %s is %v, expected a map or a list", errPointer, join(path[:len(path)-1]), above)
	}
}

// makeAbove makes the maps above a path that are missing.
func (d *draft) makeAbove(path []string) (made string, err error) {
	for i := 1; i < len(path); i++ {
		if _, found := d.find(path[:i]); found {
			continue
		}
		// What would be made has to be a map. What is indexed is a list, and the
		// element of a list can't be made up.
		parent, _ := d.find(path[:i-1])
		if _, isMap := parent.(map[string]any); !isMap || isNumber(path[i]) && i < len(path)-1 {
			return "", fmt.Errorf("%w: there is no %s", errPointer, join(path[:i]))
		}
		if _, err := d.assign(path[:i], map[string]any{}); err != nil {
			return "", err
		}
		d.ops = append(d.ops, patchOp{"add", join(path[:i]), map[string]any{}})
		if made == "" {
			made = join(path[:i])
		}
	}
	return made, nil
}

// remove takes the value at a pointer out of its map. One that is missing is no
// error.
func (d *draft) remove(pointer string) error {
	path, err := parse(pointer)
	if err != nil {
		return err
	}
	if _, found := d.find(path); !found {
		return nil
	}
	above, _ := d.find(path[:len(path)-1])
	parent, isMap := above.(map[string]any)
	if !isMap {
		return fmt.Errorf("%w: %s is an element of a list; an edit removes values of maps only", errPointer, pointer)
	}
	delete(parent, path[len(path)-1])
	d.ops = append(d.ops, patchOp{Op: "remove", Path: pointer})
	return nil
}

// list is the list at a pointer; empty when it is missing.
func (d *draft) list(pointer string) ([]any, error) {
	value, found := d.at(pointer)
	list, isList := value.([]any)
	if found && !isList {
		return nil, fmt.Errorf("%w: %s is %v, expected a list", errPointer, pointer, value)
	}
	return list, nil
}

// insert adds an element to the list at a pointer, at an index or, beyond the end,
// as the last. A missing list is made.
func (d *draft) insert(pointer string, at int, element any) (made string, err error) {
	if _, found := d.at(pointer); !found {
		above, err := d.set(pointer, []any{element})
		if above == "" {
			above = pointer
		}
		return above, err
	}
	list, err := d.list(pointer)
	if err != nil {
		return "", err
	}
	path, err := parse(pointer)
	if err != nil {
		return "", err
	}
	at = min(at, len(list))
	if _, err := d.assign(path, slices.Insert(slices.Clone(list), at, normal(element))); err != nil {
		return "", err
	}
	d.ops = append(d.ops, patchOp{"add", fmt.Sprintf("%s/%d", pointer, at), element})
	return "", nil
}

// cut takes an element out of the list at a pointer.
func (d *draft) cut(pointer string, at int) error {
	list, err := d.list(pointer)
	if err != nil {
		return err
	}
	path, err := parse(pointer)
	if err != nil {
		return err
	}
	if _, err := d.assign(path, slices.Delete(slices.Clone(list), at, at+1)); err != nil {
		return err
	}
	d.ops = append(d.ops, patchOp{Op: "remove", Path: fmt.Sprintf("%s/%d", pointer, at)})
	return nil
}

// prune removes what an edit had to make, from the pointer upwards as far as it
// is empty by now.
func (d *draft) prune(pointer, made string) error {
	if made == "" {
		return nil
	}
	path, err := parse(pointer)
	if err != nil {
		return err
	}
	top, err := parse(made)
	if err != nil {
		return err
	}
	for n := len(path); n >= len(top); n-- {
		value, found := d.find(path[:n])
		if found && !isEmpty(value) {
			return nil
		}
		if err := d.remove(join(path[:n])); err != nil {
			return err
		}
	}
	return nil
}

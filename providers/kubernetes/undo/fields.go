package undo

// fields is a set of fields of an object, as an entry of metadata.managedFields has them. A
// member is the JSON Pointer to a field there: /f:data/f:key. The API server writes the parts of
// it always in the same way, `k:{"name":"app"}`, so that they are compared as texts.
//
// The library that has such sets, structured-merge-diff, brings a YAML parser and two packages of
// reflection along, for three operations.
type fields map[string]bool

// itself stands for the field itself among what is below it.
const itself = "."

// fieldsOf reads the tree in which an entry has its fields. What nothing is below is a member.
func fieldsOf(tree any) fields {
	out := fields{}
	out.walk("", tree)
	return out
}

func (f fields) walk(at string, tree any) {
	inner, _ := tree.(map[string]any)
	_, member := inner[itself]
	if at != "" && (member || len(inner) == 0) {
		f[at] = true
	}
	for part, next := range inner {
		if part != itself {
			f.walk(at+"/"+Escape(part), next)
		}
	}
}

// tree writes them as an entry has them.
func (f fields) tree() map[string]any {
	root := map[string]any{}
	for path := range f {
		node := root
		parts, _ := parse(path) // which walk has written
		for _, part := range parts {
			node = mapIn(node, part)
		}
		mapIn(node, itself)
	}
	pruneLeaves(root)
	return root
}

// pruneLeaves leaves out that a field is a member itself where nothing is below it.
func pruneLeaves(tree map[string]any) {
	for part := range tree {
		inner := mapIn(tree, part)
		if _, member := inner[itself]; member && len(inner) == 1 {
			delete(inner, itself)
		} else {
			pruneLeaves(inner)
		}
	}
}

// add puts other fields into the set.
func (f fields) add(other fields) {
	for path := range other {
		f[path] = true
	}
}

// and are the fields that are in both sets.
func (f fields) and(other fields) fields {
	out := fields{}
	for path := range f {
		if other[path] {
			out[path] = true
		}
	}
	return out
}

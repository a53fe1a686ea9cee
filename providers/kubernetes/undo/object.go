package undo

// object is any object of the cluster, as JSON decodes it, with numbers as they
// are written.
type object map[string]any

// at reads the value at a JSON Pointer.
func (o object) at(pointer string) (any, bool) {
	path, err := parse(pointer)
	if err != nil {
		return nil, false
	}
	return o.find(path)
}

func (o object) find(path []string) (any, bool) {
	var value any = map[string]any(o)
	for _, token := range path {
		switch v := value.(type) {
		case map[string]any:
			next, found := v[token]
			if !found {
				return nil, false
			}
			value = next
		case []any:
			i, found := position(token, len(v))
			if !found {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

func (o object) text(pointer string) string {
	value, _ := o.at(pointer)
	text, _ := value.(string)
	return text
}

func (o object) uid() string     { return o.text("/metadata/uid") }
func (o object) version() string { return o.text("/metadata/resourceVersion") }

// annotation is the value of an annotation, and whether it is there.
func (o object) annotation(key string) (string, bool) {
	value, found := o.at("/metadata/annotations/" + Escape(key))
	text, ok := value.(string)
	return text, found && ok
}

// fault is the id of the fault that has added the object; empty for others.
func (o object) fault() string { return o.text("/metadata/labels/" + Escape(LabelFault)) }

// finalizers are those by which the object is kept when it has been deleted.
func (o object) finalizers() []string {
	value, _ := o.at("/metadata/finalizers")
	list, _ := value.([]any)
	var names []string
	for _, name := range list {
		if text, is := name.(string); is {
			names = append(names, text)
		}
	}
	return names
}

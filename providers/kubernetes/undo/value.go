package undo

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// same compares as JSON does: 2 and 2.0 are one number.
func same(a, b any) bool { return reflect.DeepEqual(normal(a), normal(b)) }

// normal is a value as it comes back from JSON.
func normal(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return v
	}
	out, err := decode(text)
	if err != nil {
		return v
	}
	return out
}

// decode keeps numbers as they are written: a whole number of 64 bits does not
// survive a float64.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out any
	err := decoder.Decode(&out)
	return out, err
}

// contains reports whether a list element is the one that was added: it has all
// its fields, and perhaps more that the server added.
func contains(candidate, element any) bool {
	fields, ok := normal(element).(map[string]any)
	if !ok {
		return same(candidate, element)
	}
	has, ok := candidate.(map[string]any)
	if !ok {
		return false
	}
	for key, value := range fields {
		if !same(has[key], value) {
			return false
		}
	}
	return true
}

// indexOf is where a list has an element; -1 when it has none.
func indexOf(list []any, element any) int {
	for i, candidate := range list {
		if contains(candidate, element) {
			return i
		}
	}
	return -1
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

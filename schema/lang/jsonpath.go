package lang

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/gameday-dev/gameday/providers/schema"
)

// jsonPathFunc is jsonpath(value, "$.items[0].name"): one value out of a JSON
// document, given as text or already decoded. Of JSONPath it takes the root $,
// .name, ["name"], [0] and [-1] (from the end). A path that leads nowhere is an
// error, which try catches.
func jsonPathFunc() function.Function {
	return function.New(&function.Spec{
		Description: "One value out of a JSON document (text or decoded) by a path of $, .name, [\"name\"], [0] and [-1].",
		Params: []function.Parameter{
			{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true},
			{Name: "path", Type: cty.String, AllowUnknown: true},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := jsonPath(args[0], args[1])
			return v.Type(), err
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return jsonPath(args[0], args[1]) },
	})
}

func jsonPath(value, path cty.Value) (cty.Value, error) {
	if !path.IsKnown() {
		return cty.DynamicVal, nil
	}
	steps, err := parsePath(path.AsString())
	if err != nil {
		return cty.DynamicVal, function.NewArgError(1, err)
	}
	if value.Type() == cty.String && value.IsKnown() {
		if value, err = stdlib.JSONDecode(value); err != nil {
			return cty.DynamicVal, function.NewArgErrorf(0, "not JSON: %s", err)
		}
	}
	walked := "$"
	for _, s := range steps {
		if value, err = s.apply(value, walked); err != nil {
			return cty.DynamicVal, function.NewArgError(1, err)
		}
		walked += s.text
	}
	return value, nil
}

// pathStep is a name or an index.
type pathStep struct {
	name    string
	index   int
	indexed bool
	text    string // as written
}

func (s pathStep) apply(v cty.Value, walked string) (cty.Value, error) {
	switch {
	case v.Type() == cty.DynamicPseudoType && !v.IsKnown(), !v.IsKnown() && v.Type() == cty.String:
		return cty.DynamicVal, nil
	case v.IsNull():
		return cty.DynamicVal, fmt.Errorf("%s is null, so it has no %s", walked, s.text)
	case s.indexed:
		return s.element(v, walked)
	default:
		return s.member(v, walked)
	}
}

func (s pathStep) member(v cty.Value, walked string) (cty.Value, error) {
	t := v.Type()
	if !t.IsObjectType() && !t.IsMapType() {
		return cty.DynamicVal, fmt.Errorf("%s is a %s, not an object, so it has no %s", walked, t.FriendlyName(), s.text)
	}
	if !v.IsKnown() {
		return cty.DynamicVal, nil
	}
	members := v.AsValueMap()
	member, ok := members[s.name]
	if !ok {
		return cty.DynamicVal, fmt.Errorf("%s has no %q%s", walked, s.name, orNearest(s.name, members))
	}
	return member, nil
}

func orNearest(name string, members map[string]cty.Value) string {
	names := make([]string, 0, len(members))
	for member := range members {
		names = append(names, member)
	}
	slices.Sort(names)
	if nearest := schema.Nearest(name, names); nearest != "" {
		return fmt.Sprintf(". Did you mean %q?", nearest)
	}
	return ""
}

func (s pathStep) element(v cty.Value, walked string) (cty.Value, error) {
	t := v.Type()
	if !t.IsListType() && !t.IsTupleType() && !t.IsSetType() {
		return cty.DynamicVal, fmt.Errorf("%s is a %s, not an array, so it has no %s", walked, t.FriendlyName(), s.text)
	}
	if !v.IsKnown() {
		return cty.DynamicVal, nil
	}
	elements := v.AsValueSlice()
	index := s.index
	if index < 0 {
		index += len(elements)
	}
	if index < 0 || index >= len(elements) {
		return cty.DynamicVal, fmt.Errorf("%s has %d elements, so it has no %s", walked, len(elements), s.text)
	}
	return elements[index], nil
}

// parsePath reads a path, or says where it stops being one.
func parsePath(path string) ([]pathStep, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("%q is not a path: expected it to start with $, as in \"$.items[0].name\"", path)
	}
	var steps []pathStep
	for rest != "" {
		step, after, ok := cutStep(rest)
		if !ok {
			return nil, fmt.Errorf("%q is not a path: expected .name, [\"name\"] or [0] at %q", path, rest)
		}
		step.text = rest[:len(rest)-len(after)]
		steps, rest = append(steps, step), after
	}
	return steps, nil
}

func cutStep(text string) (step pathStep, rest string, ok bool) {
	if name, found := strings.CutPrefix(text, "."); found {
		end := strings.IndexAny(name, ".[")
		if end < 0 {
			end = len(name)
		}
		return pathStep{name: name[:end]}, name[end:], end > 0 && name[:end] != "*"
	}
	if !strings.HasPrefix(text, "[") {
		return pathStep{}, "", false
	}
	return cutBracket(text[1:])
}

func cutBracket(text string) (step pathStep, rest string, ok bool) {
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		end := strings.Index(text[1:], text[:1]+"]")
		if end < 0 {
			return pathStep{}, "", false
		}
		return pathStep{name: text[1 : end+1]}, text[end+3:], true
	}
	number, rest, found := strings.Cut(text, "]")
	index, err := strconv.Atoi(number)
	return pathStep{index: index, indexed: true}, rest, found && err == nil
}

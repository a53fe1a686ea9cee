package target

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// selection is a target block, read.
type selection struct {
	kind       Kind
	body       schema.Values
	world      *world.World
	scope      scope
	conditions []condition // all of which must hold
}

// condition is one thing that a block asks for.
type condition struct {
	text  string // "label app = payments"
	holds func(candidate) bool
	hint  func(all []candidate) string // what there is instead, a full sentence; may be nil
}

func (s selection) matches(c candidate) bool {
	return !slices.ContainsFunc(s.conditions, func(condition condition) bool { return !condition.holds(c) })
}

// selectionOf reads a block and finds what is wrong with it whatever the world is.
func selectionOf(kind Kind, body schema.Values, w *world.World, fence []string) (selection, providers.Diagnostics) {
	s := selection{kind: kind, body: body, world: w}
	var diags providers.Diagnostics
	s.scope, diags = scopeOf(body, fence)
	diags = append(diags, Validate(kind, body)...)
	if diags.HasErrors() {
		return s, diags
	}
	s.names()
	s.pairs("labels", "label", func(c candidate, key string) (string, bool) { value, ok := c.meta.Labels[key]; return value, ok })
	s.expressions()
	s.pairs("annotations", "annotation", func(c candidate, key string) (string, bool) {
		value, ok := c.meta.Annotations[key]
		return value, ok
	})
	s.pairs("fields", "field", func(c candidate, key string) (string, bool) { return c.field(key), true })
	s.ofPods()
	s.ready()
	return s, nil
}

func (s *selection) add(text string, holds func(candidate) bool, hint func([]candidate) string) {
	s.conditions = append(s.conditions, condition{text, holds, hint})
}

func (s *selection) names() {
	if !s.body.Known("names") {
		return
	}
	names := s.body.Strings("names")
	s.add("names "+some(names), func(c candidate) bool {
		return slices.ContainsFunc(names, c.called)
	}, nil)
}

// called reports whether a name in a block means the candidate: its own, or with
// its namespace or kind before it.
func (c candidate) called(name string) bool {
	return name == c.meta.Name || name == c.name() || name == c.kind+"/"+c.meta.Name
}

// pairs are conditions on a map of keys and values.
func (s *selection) pairs(attribute, noun string, value func(c candidate, key string) (string, bool)) {
	asked := s.body.StringMap(attribute)
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		s.add(noun+" "+key+" = "+asked[key], func(c candidate) bool {
			found, ok := value(c, key)
			return ok && found == asked[key]
		}, func(all []candidate) string { return valuesOf(all, noun+" "+key, asked[key], key, value) })
	}
}

func (s *selection) expressions() {
	text := s.body.String("expressions")
	if text == "" {
		return
	}
	selector, err := labels.Parse(text)
	if err != nil {
		return // Validate has said so
	}
	s.add("the expressions "+text, func(c candidate) bool { return selector.Matches(labels.Set(c.meta.Labels)) }, nil)
}

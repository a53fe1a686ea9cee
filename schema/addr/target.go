package addr

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

// Target is an address given on the command line: an object, or a module with
// everything in it.
type Target struct {
	Module ModuleInstance // steps without a key stand for every instance
	Kind   string         // "environment", "experiment" or "suite"; empty for a whole module
	Name   string
}

// String is `module.a["k"].experiment.x`.
func (t Target) String() string {
	if t.Kind == "" {
		return t.Module.String()
	}
	return Object(t).String()
}

// Matches reports whether the target is o, or a module around it.
func (t Target) Matches(o Object) bool {
	if len(o.Module) < len(t.Module) {
		return false
	}
	for i, step := range t.Module {
		if step.Name != o.Module[i].Name || step.Key.Set && step.Key != o.Module[i].Key {
			return false
		}
	}
	return t.Kind == "" || len(o.Module) == len(t.Module) && t.Kind == o.Kind && t.Name == o.Name
}

// maxTarget is the length in bytes above which no address is meant.
const maxTarget = 4096

// ParseTarget reads an address such as experiment.x, suite.y or
// module.a["k"].experiment.x.
func ParseTarget(text string) (Target, error) {
	if len(text) > maxTarget {
		return Target{}, fmt.Errorf("the address is longer than %d bytes", maxTarget)
	}
	traversal, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return Target{}, fmt.Errorf("%q is not an address: expected one such as experiment.x, suite.y or module.a[\"k\"].experiment.x", text)
	}
	target, err := parseSteps(steps{traversal})
	if err != nil {
		return Target{}, fmt.Errorf("%q is not an address: %w", text, err)
	}
	return target, nil
}

// steps is what is left of a traversal.
type steps struct{ left hcl.Traversal }

func (s *steps) name() (string, bool) {
	if len(s.left) == 0 {
		return "", false
	}
	var name string
	switch step := s.left[0].(type) {
	case hcl.TraverseRoot:
		name = step.Name
	case hcl.TraverseAttr:
		name = step.Name
	default:
		return "", false
	}
	s.left = s.left[1:]
	return name, true
}

// key is an optional index.
func (s *steps) key() (Key, error) {
	if len(s.left) == 0 {
		return Key{}, nil
	}
	index, ok := s.left[0].(hcl.TraverseIndex)
	if !ok {
		return Key{}, nil
	}
	text, ok := stringKey(index)
	if !ok {
		return Key{}, errors.New(`a key is a text in quotes, as in module.a["k"]`)
	}
	s.left = s.left[1:]
	return EachKey(text), nil
}

func stringKey(index hcl.TraverseIndex) (string, bool) {
	if index.Key.Type() != cty.String || index.Key.IsNull() || !index.Key.IsKnown() {
		return "", false
	}
	return index.Key.AsString(), true
}

func parseSteps(s steps) (Target, error) {
	var target Target
	for len(s.left) > 0 {
		kind, ok := s.name()
		if !ok {
			return Target{}, errors.New("names are joined by dots, and only modules have keys")
		}
		name, ok := s.name()
		if !ok {
			return Target{}, missingName(kind)
		}
		if kind != "module" {
			target.Kind, target.Name = kind, name
			return target, s.finish(kind, name)
		}
		key, err := s.key()
		if err != nil {
			return Target{}, err
		}
		target.Module = target.Module.Child(name, key)
	}
	return target, nil
}

// finish checks what a kind may be and that nothing follows it.
func (s *steps) finish(kind, name string) error {
	if err := checkKind(kind); err != nil {
		return err
	}
	if len(s.left) > 0 {
		return fmt.Errorf("nothing can follow %s.%s: whole experiments, suites and environments are addressed", kind, name)
	}
	return nil
}

func missingName(kind string) error {
	if err := checkKind(kind); kind != "module" && err != nil {
		return err
	}
	return fmt.Errorf("a name must follow %q", kind)
}

func checkKind(kind string) error {
	kinds := []string{"experiment", "suite", "environment", "module"}
	if slices.Contains(kinds, kind) {
		return nil
	}
	if nearest := schema.Nearest(kind, kinds); nearest != "" {
		return fmt.Errorf("nothing is called %q; did you mean %q?", kind, nearest)
	}
	return fmt.Errorf("nothing is called %q; an address starts with experiment, suite, environment or module", kind)
}

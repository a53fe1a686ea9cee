package providers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// A Set is a collection of providers whose types are found by name. It is not
// changed after it is made, so it is safe for use from several goroutines.
type Set struct {
	providers    []Provider
	environments map[string]Environment
	faults       map[string]Fault
	probes       map[string]Probe
	loads        map[string]Load
	actions      map[string]Action
	owners       map[TypeKey]Provider
}

// Kind is a kind of type that a provider offers, as the block that uses it is
// called.
type Kind string

// The kinds.
const (
	KindEnvironment Kind = "environment"
	KindFault       Kind = "fault"
	KindProbe       Kind = "probe"
	KindLoad        Kind = "load"
	KindAction      Kind = "action"
)

// Kinds lists every kind, in the order of documentation.
func Kinds() []Kind {
	return []Kind{KindEnvironment, KindFault, KindProbe, KindLoad, KindAction}
}

// TypeKey names a type: "http" is a probe, a load and an action.
type TypeKey struct {
	Kind Kind
	Name string
}

// NewSet collects providers. Two providers of one name, or two types of one
// kind and name, are an error; every one is reported.
func NewSet(all ...Provider) (*Set, error) {
	s := &Set{
		environments: map[string]Environment{}, faults: map[string]Fault{}, probes: map[string]Probe{},
		loads: map[string]Load{}, actions: map[string]Action{}, owners: map[TypeKey]Provider{},
	}
	var errs []error
	for _, p := range all {
		if s.Provider(p.Metadata().Name) != nil {
			errs = append(errs, fmt.Errorf("provider %q is given twice", p.Metadata().Name))
			continue
		}
		s.providers = append(s.providers, p)
		errs = append(errs, s.add(p))
	}
	slices.SortFunc(s.providers, func(a, b Provider) int {
		return cmp.Compare(a.Metadata().Name, b.Metadata().Name)
	})
	return s, errors.Join(errs...)
}

func (s *Set) add(p Provider) error {
	types := p.Types()
	return errors.Join(
		addTypes(s, p, KindEnvironment, types.Environments, s.environments),
		addTypes(s, p, KindFault, types.Faults, s.faults),
		addTypes(s, p, KindProbe, types.Probes, s.probes),
		addTypes(s, p, KindLoad, types.Loads, s.loads),
		addTypes(s, p, KindAction, types.Actions, s.actions),
	)
}

func addTypes[T Type](s *Set, p Provider, kind Kind, types []T, into map[string]T) error {
	var errs []error
	for _, t := range types {
		key := TypeKey{kind, t.TypeName()}
		if other, taken := s.owners[key]; taken {
			errs = append(errs, fmt.Errorf("%s type %q is offered by the providers %q and %q",
				kind, key.Name, other.Metadata().Name, p.Metadata().Name))
			continue
		}
		s.owners[key] = p
		into[key.Name] = t
	}
	return errors.Join(errs...)
}

// Environment finds an environment type.
func (s *Set) Environment(name string) (Environment, bool) {
	t, ok := s.environments[name]
	return t, ok
}

// Fault finds a fault type.
func (s *Set) Fault(name string) (Fault, bool) { t, ok := s.faults[name]; return t, ok }

// Probe finds a probe type.
func (s *Set) Probe(name string) (Probe, bool) { t, ok := s.probes[name]; return t, ok }

// Load finds a load type.
func (s *Set) Load(name string) (Load, bool) { t, ok := s.loads[name]; return t, ok }

// Action finds an action type.
func (s *Set) Action(name string) (Action, bool) { t, ok := s.actions[name]; return t, ok }

// Provider finds a provider by its local name; nil when there is none.
func (s *Set) Provider(name string) Provider {
	for _, p := range s.providers {
		if p.Metadata().Name == name {
			return p
		}
	}
	return nil
}

// ProviderOf is the provider that offers a type; nil when none does.
func (s *Set) ProviderOf(kind Kind, name string) Provider { return s.owners[TypeKey{kind, name}] }

// All is every provider, sorted by name.
func (s *Set) All() []Provider { return slices.Clone(s.providers) }

// Names lists the types of a kind, sorted.
func (s *Set) Names(kind Kind) []string {
	var names []string
	for key := range s.owners {
		if key.Kind == kind {
			names = append(names, key.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Type finds a type of any kind; nil when there is none.
func (s *Set) Type(kind Kind, name string) Type {
	switch kind {
	case KindEnvironment:
		return typeOrNil(s.environments, name)
	case KindFault:
		return typeOrNil(s.faults, name)
	case KindProbe:
		return typeOrNil(s.probes, name)
	case KindLoad:
		return typeOrNil(s.loads, name)
	default:
		return typeOrNil(s.actions, name)
	}
}

// typeOrNil keeps a missing entry from becoming an interface that holds a nil.
func typeOrNil[T Type](types map[string]T, name string) Type {
	if t, ok := types[name]; ok {
		return t
	}
	return nil
}

package plan

import (
	"cmp"
	"slices"

	"github.com/gameday-dev/gameday/providers"
)

func (b *builder) suites() []Suite {
	out := []Suite{}
	for _, s := range b.chosen.suites {
		out = append(out, Suite{
			Address:         s.Addr.String(),
			Experiments:     sortedSet(s.Experiments),
			HasGate:         s.HasGate,
			MinScore:        s.MinScore,
			MaxInconclusive: s.MaxInconclusive,
			Source:          source(s.Range),
		})
	}
	return out
}

// providers are those whose types the plan uses, sorted by name.
func (b *builder) providers(p *Plan) []Provider {
	used := map[providers.TypeKey]bool{}
	for _, e := range p.Environments {
		used[providers.TypeKey{Kind: providers.KindEnvironment, Name: e.Type}] = true
	}
	for _, e := range p.Experiments {
		usedBy(e, used)
	}
	versions := map[string]string{}
	for key := range used {
		if owner := b.req.Set.ProviderOf(key.Kind, key.Name); owner != nil {
			versions[owner.Metadata().Name] = owner.Metadata().Version
		}
	}
	out := []Provider{}
	for name, version := range versions {
		out = append(out, Provider{name, version})
	}
	slices.SortFunc(out, func(a, b Provider) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func usedBy(e Experiment, used map[providers.TypeKey]bool) {
	for _, l := range e.Loads {
		used[providers.TypeKey{Kind: providers.KindLoad, Name: l.Type}] = true
	}
	for _, p := range e.Probes {
		used[providers.TypeKey{Kind: providers.KindProbe, Name: p.Type}] = true
	}
	for _, f := range e.Faults {
		used[providers.TypeKey{Kind: providers.KindFault, Name: f.Type}] = true
	}
	for _, a := range e.Rollback {
		used[providers.TypeKey{Kind: providers.KindAction, Name: a.Type}] = true
	}
}

// summarize puts the plan in numbers. A target that two faults act on counts
// once.
func summarize(p *Plan) Summary {
	s := Summary{Experiments: len(p.Experiments), Environments: len(p.Environments)}
	targets := map[[3]string]bool{}
	for _, e := range p.Experiments {
		s.Faults += len(e.Faults)
		s.Seconds += e.Expected
		for _, f := range e.Faults {
			for _, t := range f.Targets {
				targets[[3]string{e.Environment, t.Kind, t.Name}] = true
			}
		}
	}
	s.Targets = len(targets)
	for _, f := range p.Findings {
		if f.Severity == SeverityError {
			s.Errors++
		} else {
			s.Warnings++
		}
	}
	return s
}

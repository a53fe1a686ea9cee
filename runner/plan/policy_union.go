package plan

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// pool is what a provider has counted for one fault or more: all things of some kinds in some namespaces of the
// experiment's environment. It is not what faults hit: two that hit a namespace each may both be a share of both.
type pool struct {
	scope      providers.Scope // sorted
	population int             // known, so more than 0
}

// checkUnion finds faults that are small each, and too large together. Those in other namespaces are a share of something
// else, where their providers say so: six of ten in each of two are no twelve of ten.
func checkUnion(policy resolve.Policy, e Experiment) []Finding {
	faults := withEnds(e.Faults)
	if policy.MaxTargetsPercent >= 100 || len(faults) < 2 {
		return nil
	}
	var out []Finding
	for _, p := range pools(faults) {
		n := p.hit(faults)
		if percentOf(n, p.population) <= policy.MaxTargetsPercent {
			continue
		}
		finding := tooMany(policy, e.Address, e.Faults[0], n, p.population)
		finding.Detail = together(e.Faults) + p.place() + ": " + finding.Detail
		finding.Source = e.Source
		out = append(out, finding)
	}
	return out
}

// pools are those of all faults, each once, sorted. Of numbers that differ for the same scope the smallest holds: things
// came or went between two looks, or a provider that does not say what it counted has counted less than the whole
// environment. Nobody can say which is right, and the smaller one refuses what the larger one would let pass.
func pools(faults []Fault) []pool {
	by := map[string]pool{}
	for _, f := range faults {
		if f.Population <= 0 {
			continue // what is not known was told of the fault itself
		}
		scope := counted(f.FaultPlan)
		key := strings.Join(scope.Kinds, ",") + "\n" + strings.Join(scope.Namespaces, "\n")
		if p, known := by[key]; !known || f.Population < p.population {
			by[key] = pool{scope, f.Population}
		}
	}
	var out []pool
	for _, key := range sortedKeys(by) {
		out = append(out, by[key])
	}
	return out
}

// counted is what the population of a fault is the number of. Where its provider does not say it, or says what cannot be,
// as its targets lie elsewhere, it is all of their kinds, wherever they are: that takes in every smaller scope that may
// have been meant, so that it refuses whatever one of these would.
func counted(p providers.FaultPlan) providers.Scope {
	said := sortedScope(p.Counted)
	if len(said.Kinds) > 0 && !slices.ContainsFunc(p.Targets, func(t providers.Target) bool { return !said.Holds(t) }) {
		return said
	}
	return providers.Scope{Kinds: sortedSet(each(p.Targets, func(t providers.Target) string { return t.Kind }))}
}

func sortedScope(s providers.Scope) providers.Scope {
	return providers.Scope{Kinds: sortedSet(s.Kinds), Namespaces: sortedSet(s.Namespaces)}
}

// hit is how many of a pool any fault acts on, each once, also by one that is a share of more or of less than that.
func (p pool) hit(faults []Fault) int {
	hit := map[[2]string]bool{}
	for _, f := range faults {
		for _, t := range f.Targets {
			if p.scope.Holds(t) {
				hit[[2]string{t.Kind, t.Name}] = true
			}
		}
	}
	return len(hit)
}

func (p pool) place() string {
	if len(p.scope.Namespaces) == 0 {
		return ""
	}
	return " in " + strings.Join(p.scope.Namespaces, ", ")
}

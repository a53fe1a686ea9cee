package plan

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// pool is what faults share that act on the same things: those of a kind in the same namespaces of the experiment's
// environment. Targets without a namespace are in the namespace "".
type pool struct {
	kind       string
	namespaces []string // sorted
	population int      // of the fault that counted least, as every one of them counted these; 0 when none is known
}

// checkUnion finds faults that are small each, and too large together. Those in other namespaces are a share of something
// else: six of ten in each of two are no twelve of ten.
func checkUnion(policy resolve.Policy, e Experiment) []Finding {
	if policy.MaxTargetsPercent >= 100 || len(e.Faults) < 2 {
		return nil
	}
	var out []Finding
	for _, p := range pools(e.Faults) {
		n := p.hit(e.Faults)
		if p.population == 0 || percentOf(n, p.population) <= policy.MaxTargetsPercent {
			continue // what is not known was told of each fault
		}
		finding := tooMany(policy, e.Address, e.Faults[0], n, p.population)
		finding.Detail = "The faults of this experiment together" + p.place() + ": " + finding.Detail
		finding.Source = e.Source
		out = append(out, finding)
	}
	return out
}

// pools are those of all faults, each once, sorted.
func pools(faults []Fault) []pool {
	by := map[string]*pool{}
	for _, f := range faults {
		for kind, namespaces := range reached(f.Targets) {
			key := kind + "\n" + strings.Join(namespaces, "\n")
			if by[key] == nil {
				by[key] = &pool{kind: kind, namespaces: namespaces, population: f.Population}
			}
			if known := by[key].population; f.Population > 0 && (known == 0 || f.Population < known) {
				by[key].population = f.Population
			}
		}
	}
	var out []pool
	for _, key := range sortedKeys(by) {
		out = append(out, *by[key])
	}
	return out
}

// reached are the namespaces of targets, by their kind.
func reached(targets []providers.Target) map[string][]string {
	out := map[string][]string{}
	for _, t := range targets {
		out[t.Kind] = append(out[t.Kind], within(t))
	}
	for kind := range out {
		out[kind] = sortedSet(out[kind])
	}
	return out
}

// hit is how many of a pool any fault acts on, also one that acts on more or on less than that.
func (p pool) hit(faults []Fault) int {
	names := map[string]bool{}
	for _, f := range faults {
		for _, t := range f.Targets {
			if t.Kind == p.kind && slices.Contains(p.namespaces, within(t)) {
				names[t.Name] = true
			}
		}
	}
	return len(names)
}

func (p pool) place() string {
	if slices.Contains(p.namespaces, "") {
		return ""
	}
	return " in " + strings.Join(p.namespaces, ", ")
}

// within is the namespace that a target lies in, empty where it lies in none.
func within(t providers.Target) string {
	namespace, _, namespaced := strings.Cut(t.Name, "/")
	if !namespaced {
		return ""
	}
	return namespace
}

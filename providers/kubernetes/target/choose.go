package target

import (
	"slices"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

func choose(kind Kind, body schema.Values, w *world.World, fence []string, seed int64) (Choice, providers.Diagnostics) {
	if kind == Cluster {
		return theCluster(), nil
	}
	s, diags := selectionOf(kind, body, w, fence)
	if diags.HasErrors() {
		return Choice{}, diags
	}
	all := population(kind, w, s.scope)
	if diags := s.unknownNames(all); diags.HasErrors() {
		return Choice{Population: populationOf(kind, all, fence)}, diags
	}
	eligible := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !s.matches(c) })
	counted := peers(eligible, all)
	choice := Choice{Eligible: len(eligible), Population: populationOf(kind, counted, fence)}
	if choice.Population > 0 {
		choice.Counted = scopeCounted(kind, counted, s.scope)
	}
	for _, c := range pick(eligible, wanted(body, len(eligible)), seed) {
		choice.Targets = append(choice.Targets, c.target(w))
	}
	if len(choice.Targets) == 0 {
		return choice, s.nothing(all)
	}
	return choice, nil
}

// theCluster is one of one, and no block chooses it.
func theCluster() Choice {
	kind := string(Cluster)
	return Choice{Targets: []providers.Target{{Kind: kind, Name: kind}}, Eligible: 1, Population: 1, Counted: providers.Scope{Kinds: []string{kind}}}
}

// peers are what a share is a share of: where all eligible workloads are of one
// kind, those of that kind.
func peers(eligible, all []candidate) []candidate {
	if len(eligible) == 0 || slices.ContainsFunc(eligible, func(c candidate) bool { return c.kind != eligible[0].kind }) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return c.kind != eligible[0].kind })
}

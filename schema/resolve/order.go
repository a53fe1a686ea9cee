package resolve

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve/internal/dag"
)

// orderExperiments sorts by address, except that what is depended on comes
// first. Experiments on a cycle come last, after an error.
func (r *resolver) orderExperiments(list []*Experiment) []*Experiment {
	addresses := make(map[*Experiment]string, len(list))
	for _, e := range list {
		addresses[e] = e.Addr.String()
	}
	slices.SortFunc(list, func(a, b *Experiment) int { return cmp.Compare(addresses[a], addresses[b]) })
	index := make(map[string]int, len(list))
	for i, e := range list {
		index[addresses[e]] = i
	}
	graph, places := dag.New(len(list)), map[[2]int]hcl.Range{}
	for i, e := range list {
		for _, needed := range e.DependsOn {
			if other, ok := index[needed]; ok {
				graph.Need(i, other)
				places[[2]int{i, other}] = dependsOnRange(e, needed)
			}
		}
	}
	for _, cycle := range graph.Cycles() {
		r.diags.cycle(cycle, places, func(i int) (string, hcl.Range) { return addresses[list[i]], list[i].Config.DeclRange })
	}
	return arranged(list, graph.Order())
}

// dependsOnRange is the place of the reference by which an experiment depends on
// an address, or of the experiment when it inherits the dependency.
func dependsOnRange(e *Experiment, address string) hcl.Range {
	for _, t := range e.Config.DependsOn {
		kind, name, ok := objectOf(t)
		if ok && (addr.Object{Module: e.Addr.Module, Kind: kind, Name: name}).String() == address {
			return t.SourceRange()
		}
	}
	return e.Config.DeclRange
}

// arranged is a list in an order, and after it what the order leaves out.
func arranged[T any](list []T, order []int) []T {
	result, placed := make([]T, 0, len(list)), make([]bool, len(list))
	for _, i := range order {
		result, placed[i] = append(result, list[i]), true
	}
	for i := range list {
		if !placed[i] {
			result = append(result, list[i])
		}
	}
	return result
}

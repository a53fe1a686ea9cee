package resolve

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve/internal/dag"
)

// The kinds of objects that references lead to.
const (
	kindVariable    = "var"
	kindLocal       = "local"
	kindModule      = "module"
	kindEnvironment = "environment"
	kindExperiment  = "experiment"
	kindSuite       = "suite"
)

// node is an object of a module that others can refer to.
type node struct{ kind, name string }

func (n node) String() string { return n.kind + "." + n.name }

// shape is what of a module is the same for all its instances: the order in
// which its objects are evaluated, and what each refers to.
type shape struct {
	order  []node
	broken []node // on a cycle, or dependent on one
	refs   map[node][]node
}

// reference is an edge with its place.
type reference struct {
	to node
	at hcl.Range
}

// shape works out, once for each module, the order of its objects. References
// to what is not declared are left to the evaluation, which explains them.
func (r *resolver) shape(cfg *config.Module) *shape {
	return r.shapes.get(cfg, func() *shape { return r.newShape(cfg) })
}

func (r *resolver) newShape(cfg *config.Module) *shape {
	s := &shape{refs: map[node][]node{}}
	nodes := nodesOf(cfg)
	index := make(map[node]int, len(nodes))
	for i, n := range nodes {
		index[n] = i
	}
	graph, places := dag.New(len(nodes)), map[[2]int]hcl.Range{}
	for i, n := range nodes {
		for _, ref := range r.references(cfg, n) {
			s.refs[n] = append(s.refs[n], ref.to)
			if other, declared := index[ref.to]; declared {
				graph.Need(i, other)
				places[[2]int{i, other}] = ref.at
			}
		}
	}
	s.arrange(r, cfg, graph, nodes, places)
	return s
}

func (s *shape) arrange(r *resolver, cfg *config.Module, graph *dag.Graph, nodes []node, places map[[2]int]hcl.Range) {
	ordered := map[node]bool{}
	for _, i := range graph.Order() {
		s.order = append(s.order, nodes[i])
		ordered[nodes[i]] = true
	}
	for _, n := range nodes {
		if !ordered[n] {
			s.broken = append(s.broken, n)
		}
	}
	for _, cycle := range graph.Cycles() {
		r.diags.cycle(cycle, places, func(i int) (string, hcl.Range) { return nodes[i].String(), declRange(cfg, nodes[i]) })
	}
}

// nodesOf lists the objects of a module in the order of their places, which is
// the order of evaluation where the graph leaves a choice.
func nodesOf(cfg *config.Module) []node {
	var nodes []node
	for name := range cfg.Locals {
		nodes = append(nodes, node{kindLocal, name})
	}
	for name := range cfg.Calls {
		nodes = append(nodes, node{kindModule, name})
	}
	for name := range cfg.Environments {
		nodes = append(nodes, node{kindEnvironment, name})
	}
	slices.SortFunc(nodes, func(a, b node) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
	return nodes
}

func declRange(cfg *config.Module, n node) hcl.Range {
	switch n.kind {
	case kindLocal:
		return cfg.Locals[n.name].DeclRange
	case kindModule:
		return cfg.Calls[n.name].DeclRange
	default:
		return cfg.Environments[n.name].DeclRange
	}
}

// references lists what an object refers to.
func (r *resolver) references(cfg *config.Module, n node) []reference {
	var traversals []hcl.Traversal
	switch n.kind {
	case kindLocal:
		traversals = cfg.Locals[n.name].Expr.Variables()
	case kindModule:
		traversals = callTraversals(cfg.Calls[n.name])
	default:
		e := cfg.Environments[n.name]
		if t := r.bodyType(providers.KindEnvironment, e.Type); t != nil {
			traversals = dynblock.VariablesHCLDec(e.Body, t.spec)
		}
	}
	var refs []reference
	for _, t := range traversals {
		if kind, name, ok := objectOf(t); ok {
			refs = append(refs, reference{node{kind, name}, t.SourceRange()})
		}
	}
	return refs
}

func callTraversals(call *config.ModuleCall) []hcl.Traversal {
	all := slices.Clone(call.DependsOn)
	if call.ForEach != nil {
		all = append(all, call.ForEach.Variables()...)
	}
	for _, name := range slices.Sorted(maps.Keys(call.Inputs)) {
		all = append(all, call.Inputs[name].Expr.Variables()...)
	}
	return all
}

// objectOf is the object that a traversal leads to: "local", "x" of local.x.y.
func objectOf(t hcl.Traversal) (kind, name string, ok bool) {
	if len(t) < 2 || t.IsRelative() {
		return "", "", false
	}
	name, ok = stepName(t[1])
	return t.RootName(), name, ok
}

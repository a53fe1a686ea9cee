// Package graph draws what a configuration declares and what depends on what,
// as Mermaid and as DOT.
package graph

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// Graph is a drawing: groups of nodes, and edges between any of them.
type Graph struct {
	nodes  []node // outside of all groups: environments and suites
	groups []group
	edges  []edge
}

// node is something declared. Its id is unique and holds only what both
// languages take without quotes.
type node struct{ id, label, kind string }

// group is an experiment with its parts.
type group struct {
	node
	nodes []node
}

// edge leads from what depends to what it depends on.
type edge struct{ from, to, label string }

// New draws a configuration: environments, experiments with their probes,
// loads, assertions, stop conditions and faults, suites with their gates, and what
// each depends on.
func New(r *resolve.Resolved) *Graph {
	g := &Graph{}
	for _, e := range r.Environments {
		address := e.Addr.String()
		g.nodes = append(g.nodes, node{id(address), address + "\n" + e.Config.Type, "environment"})
	}
	for _, e := range r.Experiments {
		g.experiment(e)
	}
	for _, s := range r.Suites {
		g.suite(s)
	}
	return g
}

func (g *Graph) experiment(e *resolve.Experiment) {
	address := e.Addr.String()
	d := &drawing{graph: g, prefix: address, group: group{node: node{id(address), address, "experiment"}}}
	if e.Environment != "" {
		g.edges = append(g.edges, edge{id(address), id(e.Environment), "runs in"})
	}
	for _, other := range e.DependsOn {
		g.edges = append(g.edges, edge{id(address), id(other), "after"})
	}
	d.parts(e)
	g.groups = append(g.groups, d.group)
}

// drawing is an experiment that is being drawn.
type drawing struct {
	graph  *Graph
	prefix string
	group  group
}

func (d *drawing) parts(e *resolve.Experiment) {
	for _, l := range e.Loads {
		d.part(l.Addr.Local(), "load", typeName(l.Type))
	}
	for _, p := range e.Probes {
		d.part(p.Addr.Local(), "probe", typeName(p.Type))
	}
	for _, f := range e.Faults {
		d.part(f.Addr.Local(), "fault", typeName(f.Type))
		for _, other := range f.DependsOn {
			d.edge(f.Addr.Local(), other, "after")
		}
	}
	for _, a := range e.Asserts {
		d.condition(a.Addr.Local(), "assert", a.Condition)
	}
	for _, s := range e.Stops {
		d.condition(s.Addr.Local(), "stop_condition", s.Condition)
	}
}

func (d *drawing) part(local, kind, typeName string) {
	label := local
	if typeName != "" {
		label += "\n" + typeName
	}
	d.group.nodes = append(d.group.nodes, node{d.id(local), label, kind})
}

func (d *drawing) condition(local, kind string, c resolve.Condition) {
	d.part(local, kind, "")
	for _, series := range c.Series() {
		d.edge(local, series, "")
	}
}

func (d *drawing) edge(from, to, label string) {
	d.graph.edges = append(d.graph.edges, edge{d.id(from), d.id(to), label})
}

func (d *drawing) id(local string) string { return id(d.prefix + "." + local) }

// id makes an identifier of an address. Escaping by "_" and a hexadecimal code
// keeps different addresses different.
func id(address string) string {
	var out strings.Builder
	for _, b := range []byte(address) {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9':
			out.WriteByte(b)
		case b == '.':
			out.WriteString("__")
		case b == '_':
			out.WriteString("_u")
		default:
			const digits = "0123456789abcdef"
			out.WriteString("_x" + string(digits[b>>4]) + string(digits[b&15]))
		}
	}
	return out.String()
}

// sorted keeps a drawing the same whatever the order of its making.
func (g *Graph) sorted() []edge {
	edges := slices.Clone(g.edges)
	slices.SortStableFunc(edges, func(a, b edge) int {
		return strings.Compare(a.from+" "+a.to, b.from+" "+b.to)
	})
	return slices.Compact(edges)
}

// typeName is that of a type, which is missing where a name was misspelt.
func typeName(t providers.Type) string {
	if t == nil {
		return ""
	}
	return t.TypeName()
}

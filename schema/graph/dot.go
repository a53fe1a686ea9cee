package graph

import (
	"fmt"
	"strings"
)

// DOT is the graph in the language of Graphviz.
func (g *Graph) DOT() string {
	var out strings.Builder
	out.WriteString("digraph gameday {\n  rankdir = \"LR\"\n  compound = true\n  node [fontname = \"sans-serif\"]\n")
	for _, n := range g.nodes {
		dotNode(&out, "  ", n)
	}
	for _, group := range g.groups {
		fmt.Fprintf(&out, "  subgraph cluster_%s {\n    label = %s\n", group.id, dotText(group.label))
		// An edge leads to a node, so a group has one that cannot be seen.
		fmt.Fprintf(&out, "    %s [shape = point, style = invis]\n", group.id)
		for _, n := range group.nodes {
			dotNode(&out, "    ", n)
		}
		out.WriteString("  }\n")
	}
	for _, e := range g.sorted() {
		fmt.Fprintf(&out, "  %s -> %s%s\n", e.from, e.to, g.dotEdge(e))
	}
	out.WriteString("}\n")
	return out.String()
}

// dotEdge are an edge's attributes; one at a group ends at its border.
func (g *Graph) dotEdge(e edge) string {
	var attrs []string
	if e.label != "" {
		attrs = append(attrs, "label = "+dotText(e.label))
	}
	if g.isGroup(e.from) {
		attrs = append(attrs, "ltail = cluster_"+e.from)
	}
	if g.isGroup(e.to) {
		attrs = append(attrs, "lhead = cluster_"+e.to)
	}
	if len(attrs) == 0 {
		return ""
	}
	return " [" + strings.Join(attrs, ", ") + "]"
}

func (g *Graph) isGroup(id string) bool {
	for _, group := range g.groups {
		if group.id == id {
			return true
		}
	}
	return false
}

func dotNode(out *strings.Builder, indent string, n node) {
	fmt.Fprintf(out, "%s%s [label = %s, shape = %s]\n", indent, n.id, dotText(n.label), dotShape(n.kind))
}

func dotShape(kind string) string {
	switch kind {
	case "environment":
		return "cylinder"
	case "fault":
		return "hexagon"
	case "assert", "stop_condition":
		return "oval"
	case "suite":
		return "folder"
	default:
		return "box"
	}
}

func dotText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

package graph

import (
	"fmt"
	"strings"
)

// Mermaid is the graph as a Mermaid flowchart, as GitHub and GitLab show it in
// Markdown.
func (g *Graph) Mermaid() string {
	var out strings.Builder
	out.WriteString("flowchart LR\n")
	for _, n := range g.nodes {
		mermaidNode(&out, "  ", n)
	}
	for _, group := range g.groups {
		fmt.Fprintf(&out, "  subgraph %s[\"%s\"]\n", group.id, mermaidText(group.label))
		for _, n := range group.nodes {
			mermaidNode(&out, "    ", n)
		}
		out.WriteString("  end\n")
	}
	for _, e := range g.sorted() {
		if e.label == "" {
			fmt.Fprintf(&out, "  %s --> %s\n", e.from, e.to)
			continue
		}
		fmt.Fprintf(&out, "  %s -- %s --> %s\n", e.from, e.label, e.to)
	}
	return out.String()
}

func mermaidNode(out *strings.Builder, indent string, n node) {
	opening, closing := mermaidShape(n.kind)
	fmt.Fprintf(out, "%s%s%s\"%s\"%s\n", indent, n.id, opening, mermaidText(n.label), closing)
}

func mermaidShape(kind string) (opening, closing string) {
	switch kind {
	case "environment":
		return "[(", ")]"
	case "fault":
		return "{{", "}}"
	case "assert", "stop_condition":
		return "([", "])"
	case "suite":
		return "[[", "]]"
	default:
		return "[", "]"
	}
}

// mermaidText escapes what would end a quoted label or be taken for markup.
func mermaidText(text string) string {
	return strings.NewReplacer(
		"#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;", "\n", "<br/>",
	).Replace(text)
}

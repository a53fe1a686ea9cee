package schema

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Example is a block of HCL under a header such as `fault "x" "example"`. It
// shows every attribute and block that is required or has an example of its
// own; of those that exclude each other the first.
func (b *Block) Example(header string) string {
	var text strings.Builder
	text.WriteString(header + " {\n")
	b.exampleBody(&text, nil)
	text.WriteString("}\n")
	return string(hclwrite.Format([]byte(text.String())))
}

func (b *Block) exampleBody(text *strings.Builder, seen []*Block) {
	left := b.leftOut()
	for i := range b.Attributes {
		a := &b.Attributes[i]
		if example := a.example(); example != "" && !slices.Contains(left, a.Name) {
			text.WriteString(a.Name + " = " + example + "\n")
		}
	}
	for i := range b.Blocks {
		n := &b.Blocks[i]
		if slices.Contains(left, n.Name) || slices.Contains(seen, n.Block) || !n.exemplary() {
			continue
		}
		text.WriteString("\n" + strings.Replace(n.header(), `"`+n.label()+`"`, `"example"`, 1) + " {\n")
		n.Block.exampleBody(text, append(seen, b))
		text.WriteString("}\n")
	}
}

// exemplary reports whether a block is worth showing.
func (n *NestedBlock) exemplary() bool {
	if n.Required {
		return true
	}
	for i := range n.Block.Attributes {
		if n.Block.Attributes[i].Example != "" {
			return true
		}
	}
	return false
}

// leftOut are all but the first shown of each exclusive group.
func (b *Block) leftOut() []string {
	var left []string
	for _, group := range b.Exclusive {
		shown := false
		for _, name := range group {
			a := b.Attribute(name)
			if (a == nil || a.example() != "") && !shown {
				shown = true
				continue
			}
			left = append(left, name)
		}
	}
	return left
}

func (a *Attribute) example() string {
	switch {
	case a.Example != "":
		return a.Example
	case !a.Required:
		return ""
	case len(a.OneOf) > 0:
		return literal(cty.StringVal(a.OneOf[0]))
	default:
		return a.Type.example()
	}
}

func (t Type) example() string {
	one := t.Kind.example()
	switch t.Of {
	case ListOf:
		return "[" + one + "]"
	case MapOf:
		return "{ name = " + one + " }"
	default:
		return one
	}
}

func (k Kind) example() string {
	switch k {
	case Numeric, Whole:
		return "1"
	case Bool:
		return "true"
	case Duration:
		return `"5s"`
	case Size:
		return `"64Mi"`
	case Rate:
		return `"1mbit"`
	case Percent:
		return "50"
	case Ratio:
		return "0.5"
	default:
		return `"..."`
	}
}

package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// scope holds where each name was declared, by kind and name.
type scope map[string]hcl.Range

// declare takes a name of a kind in a scope; false, with an error, if it is not
// an identifier or taken.
func (l *loader) declare(s scope, kind, name string, at hcl.Range) bool {
	if !hclsyntax.ValidIdentifier(name) {
		l.lossy = true
		l.invalid(at, "Invalid name", "%q cannot be the name of %s: a name starts with a letter and holds letters, digits, underscores and dashes.",
			name, a(kind))
		return false
	}
	key := kind + "." + name
	if first, taken := s[key]; taken {
		l.duplicate(at, fmt.Sprintf("Duplicate %s %q", kind, name), fmt.Sprintf("The %s %q", kind, name), first)
		return false
	}
	s[key] = at
	return true
}

func (l *loader) duplicate(at hcl.Range, summary, what string, first hcl.Range) {
	l.invalid(at, summary, "%s was already declared at %s:%d. Rename or remove one of them.", what, first.Filename, first.Start.Line)
}

// label is the last label of a block: its name.
func label(block *hcl.Block) (string, hcl.Range) {
	last := len(block.Labels) - 1
	return block.Labels[last], block.LabelRanges[last]
}

// single keeps the first block of a kind of which there may be one.
func (l *loader) single(blocks hcl.Blocks, kind string) *hcl.Block {
	var first *hcl.Block
	for _, block := range blocks.OfType(kind) {
		if first == nil {
			first = block
			continue
		}
		l.duplicate(block.DefRange, fmt.Sprintf("Duplicate %s block", kind), "Only one is allowed here, and one", first.DefRange)
	}
	return first
}

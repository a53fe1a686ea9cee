package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// phrase is a type in words: "duration", "list of strings".
func (t Type) phrase() string {
	switch t.Of {
	case ListOf:
		return "list of " + t.Kind.plural()
	case MapOf:
		return "map of " + t.Kind.plural()
	default:
		return t.Kind.singular()
	}
}

func (k Kind) singular() string {
	switch k {
	case Whole:
		return "whole number"
	case Any:
		return "any value"
	default:
		return string(k)
	}
}

func (k Kind) plural() string {
	switch k {
	case Percent:
		return "percentages"
	case Any:
		return "values"
	default:
		return k.singular() + "s"
	}
}

// facts are what there is to say of an attribute beside its description, each a
// short phrase: `duration`, `required`, `default "2s"`.
func (a *Attribute) facts() []string {
	facts := []string{a.Type.phrase()}
	switch {
	case len(a.OneOf) > 0:
		facts = append(facts, "one of "+quoted(a.OneOf, "or"))
	case a.limitsShown():
		facts = append(facts, strings.TrimPrefix(a.limitText(), " of "))
	}
	if a.Required {
		facts = append(facts, "required")
	}
	if a.Default != cty.NilVal {
		facts = append(facts, "default "+literal(a.Default))
	}
	if a.Sensitive {
		facts = append(facts, "sensitive")
	}
	for i := range facts {
		facts[i] = strings.TrimSpace(facts[i])
	}
	return facts
}

// limitsShown leaves out what the kind says already.
func (a *Attribute) limitsShown() bool {
	switch a.Type.Kind {
	case Percent, Ratio:
		return true
	default:
		return a.Min != nil || a.Max != nil
	}
}

// literal writes a value as HCL.
func literal(v cty.Value) string {
	return string(hclwrite.TokensForValue(v).Bytes())
}

// facts are what there is to say of a nested block.
func (n *NestedBlock) facts() []string {
	var facts []string
	switch n.Nesting {
	case List:
		facts = append(facts, "block", "any number")
	case Map:
		facts = append(facts, "block", "any number, each with a "+n.label())
	default:
		facts = append(facts, "block")
	}
	if n.Required {
		facts = append(facts, "required")
	}
	return facts
}

// header is how a nested block is opened: `process "name"`.
func (n *NestedBlock) header() string {
	if n.Nesting == Map {
		return n.Name + ` "` + n.label() + `"`
	}
	return n.Name
}

// conflicts says what cannot be set together.
func (b *Block) conflicts() []string {
	var lines []string
	for _, group := range b.Exclusive {
		lines = append(lines, "At most one of "+strings.ReplaceAll(quoted(group, "and"), `"`, "")+".")
	}
	return lines
}

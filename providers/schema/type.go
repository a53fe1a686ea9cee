package schema

import "github.com/zclconf/go-cty/cty"

// Kind is the kind of value that an attribute takes.
type Kind string

// The kinds. Values with a unit are written as strings and stay strings in cty,
// checked when decoded and read in base units through Values.
const (
	String   Kind = "string"
	Numeric  Kind = "number"
	Whole    Kind = "whole" // number without a fraction that every int holds
	Bool     Kind = "bool"
	Duration Kind = "duration" // "300ms"; seconds in Values
	Size     Kind = "size"     // "64Mi", "10MB"; bytes in Values
	Rate     Kind = "rate"     // "1mbit"; bits per second in Values
	Percent  Kind = "percent"  // number, 0 to 100
	Ratio    Kind = "ratio"    // number, 0 to 1
	Any      Kind = "any"      // whatever the expression gives
)

// Type is the type of an attribute: a kind, a list of it or a map of it.
type Type struct {
	Kind Kind
	Of   Collection
}

// Collection says whether a Type is of one value or many.
type Collection int

// The collections.
const (
	One Collection = iota
	ListOf
	MapOf
)

// Cty is the type of the decoded value.
func (t Type) Cty() cty.Type {
	element := t.Kind.cty()
	switch t.Of {
	case ListOf:
		return cty.List(element)
	case MapOf:
		return cty.Map(element)
	default:
		return element
	}
}

func (k Kind) cty() cty.Type {
	switch k {
	case Numeric, Whole, Percent, Ratio:
		return cty.Number
	case Bool:
		return cty.Bool
	case Any:
		return cty.DynamicPseudoType
	default:
		return cty.String
	}
}

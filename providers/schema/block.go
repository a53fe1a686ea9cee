package schema

import "github.com/zclconf/go-cty/cty"

// A Block describes a body: its attributes, and the blocks inside it.
type Block struct {
	Description string
	Attributes  []Attribute // in the order of the documentation
	Blocks      []NestedBlock
	Exclusive   [][]string // of each group at most one attribute or block may be set
}

// An Attribute describes one argument.
type Attribute struct {
	Name        string
	Description string // one or two full sentences; units where the type does not say them
	Type        Type
	Required    bool
	Default     cty.Value // of the attribute's cty type; cty.NilVal for none. Units stay text: cty.StringVal("2s")
	OneOf       []string  // for String: the allowed values
	Min, Max    *float64  // for numbers, inclusive; durations in seconds, sizes in bytes
	Sensitive   bool      // redacted in every output, report and record
	Example     string    // HCL expression, for the documentation
}

// Nesting says how often a block may stand, and how it is decoded.
type Nesting int

// The nestings.
const (
	Single Nesting = iota // at most once: an object, or null
	List                  // any number, in order: a list or tuple of objects
	Map                   // one label, unique: an object of objects by label
)

// A NestedBlock describes a block type inside a body.
type NestedBlock struct {
	Name     string
	Label    string // what the label is called, for Map
	Nesting  Nesting
	Block    *Block
	Required bool // at least one
}

// Attribute finds an attribute by name, or nil.
func (b *Block) Attribute(name string) *Attribute {
	for i := range b.Attributes {
		if b.Attributes[i].Name == name {
			return &b.Attributes[i]
		}
	}
	return nil
}

// Number is a pointer to n, for Min and Max.
func Number(n float64) *float64 { return &n }

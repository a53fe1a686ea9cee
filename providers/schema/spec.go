package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

// Spec is the decoder of a body. It gives an object with every attribute and
// every nested block: null where not set and without a default, a tuple for
// List blocks, an object of objects for Map blocks. Values are checked against
// kind, OneOf, Min and Max; null and unknown ones pass, but no null elements.
//
// A Spec is not changed by decoding: build it once for each type and use it for
// every body, from any goroutine.
func (b *Block) Spec() hcldec.Spec {
	object := make(hcldec.ObjectSpec, len(b.Attributes)+len(b.Blocks))
	for i := range b.Attributes {
		object[b.Attributes[i].Name] = b.Attributes[i].spec()
	}
	for i := range b.Blocks {
		object[b.Blocks[i].Name] = b.Blocks[i].spec()
	}
	if len(b.Exclusive) == 0 {
		return object
	}
	return &hcldec.ValidateSpec{Wrapped: object, Func: b.checkExclusive}
}

// ImpliedType is the type of what Spec decodes. List and Map blocks are of
// dynamic type, as their type depends on what was written.
func (b *Block) ImpliedType() cty.Type { return hcldec.ImpliedType(b.Spec()) }

func (a *Attribute) spec() hcldec.Spec {
	var spec hcldec.Spec = &hcldec.AttrSpec{Name: a.Name, Type: a.Type.Cty(), Required: a.Required}
	if a.Default != cty.NilVal {
		spec = &hcldec.DefaultSpec{Primary: spec, Default: &hcldec.LiteralSpec{Value: a.Default}}
	}
	if !a.checked() {
		return spec
	}
	return &hcldec.ValidateSpec{Wrapped: spec, Func: a.check}
}

func (n *NestedBlock) spec() hcldec.Spec {
	body := n.Block.Spec()
	switch n.Nesting {
	case List:
		return &hcldec.BlockTupleSpec{TypeName: n.Name, Nested: body, MinItems: n.minItems()}
	case Map:
		return n.required(&hcldec.BlockObjectSpec{TypeName: n.Name, LabelNames: []string{n.label()}, Nested: body})
	default:
		return &hcldec.BlockSpec{TypeName: n.Name, Nested: body, Required: n.Required}
	}
}

func (n *NestedBlock) minItems() int {
	if n.Required {
		return 1
	}
	return 0
}

func (n *NestedBlock) label() string {
	if n.Label == "" {
		return "name"
	}
	return n.Label
}

// required adds to a Map's spec what hcldec offers for lists only.
func (n *NestedBlock) required(spec hcldec.Spec) hcldec.Spec {
	if !n.Required {
		return spec
	}
	return &hcldec.ValidateSpec{Wrapped: spec, Func: func(v cty.Value) hcl.Diagnostics {
		v, _ = v.Unmark()
		if !v.IsKnown() || v.LengthInt() > 0 {
			return nil
		}
		return hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Missing " + n.Name + " block",
			Detail:   "At least one " + n.Name + " block is required here; each has a label, its " + n.label() + ".",
		}}
	}}
}

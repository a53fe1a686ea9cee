package convert

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// deepest is how far blocks may be nested in a schema from the wire.
const deepest = 16

// Block is a schema on the wire; nil stays nil.
func Block(b *schema.Block) (*wire.Block, error) {
	if b == nil {
		return nil, nil
	}
	attributes, err := tryAll(b.Attributes, attribute)
	if err != nil {
		return nil, fmt.Errorf("attribute %w", err)
	}
	blocks, err := tryAll(b.Blocks, nestedBlock)
	if err != nil {
		return nil, fmt.Errorf("block %w", err)
	}
	return &wire.Block{
		Description: Text(b.Description), Attributes: attributes, Blocks: blocks,
		Exclusive: all(b.Exclusive, func(names []string) *wire.Names { return &wire.Names{Names: names} }),
	}, nil
}

func attribute(a schema.Attribute) (*wire.Attribute, error) {
	byDefault, err := Value(a.Default, a.Type.Cty())
	if err != nil {
		return nil, fmt.Errorf("%q: default: %w", a.Name, err)
	}
	return &wire.Attribute{
		Name: a.Name, Description: Text(a.Description), Kind: string(a.Type.Kind), Of: wire.Collection(a.Type.Of), Required: a.Required,
		Default: byDefault, OneOf: a.OneOf, Min: a.Min, Max: a.Max, Sensitive: a.Sensitive, Example: Text(a.Example),
	}, nil
}

func nestedBlock(n schema.NestedBlock) (*wire.NestedBlock, error) {
	block, err := Block(n.Block)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", n.Name, err)
	}
	return &wire.NestedBlock{Name: n.Name, Label: n.Label, Nesting: wire.Nesting(n.Nesting), Block: block, Required: n.Required}, nil
}

// BlockFrom is a schema from the wire, verified; nil stays nil.
func BlockFrom(b *wire.Block) (*schema.Block, error) {
	if b == nil {
		return nil, nil
	}
	block, err := blockFrom(b, deepest)
	if err != nil {
		return nil, err
	}
	if err := block.Verify(); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return block, nil
}

func blockFrom(b *wire.Block, depth int) (*schema.Block, error) {
	if depth == 0 {
		return nil, fmt.Errorf("schema: expected at most %d blocks in one another", deepest)
	}
	attributes, err := tryAll(b.GetAttributes(), attributeFrom)
	if err != nil {
		return nil, fmt.Errorf("schema: attribute %w", err)
	}
	block := &schema.Block{
		Description: b.GetDescription(), Attributes: attributes,
		Exclusive: all(b.GetExclusive(), func(n *wire.Names) []string { return n.GetNames() }),
	}
	for _, n := range b.GetBlocks() {
		inner, err := blockFrom(n.GetBlock(), depth-1)
		if err != nil {
			return nil, fmt.Errorf("block %q: %w", n.GetName(), err)
		}
		block.Blocks = append(block.Blocks, schema.NestedBlock{
			Name: n.GetName(), Label: n.GetLabel(), Nesting: schema.Nesting(n.GetNesting()), Block: inner, Required: n.GetRequired(),
		})
	}
	return block, nil
}

func attributeFrom(a *wire.Attribute) (schema.Attribute, error) {
	kind := schema.Type{Kind: schema.Kind(a.GetKind()), Of: schema.Collection(a.GetOf())}
	byDefault := cty.NilVal
	if len(a.GetDefault()) > 0 {
		var err error
		if byDefault, err = FromValue(a.GetDefault(), kind.Cty()); err != nil {
			return schema.Attribute{}, fmt.Errorf("%q: default: %w", a.GetName(), err)
		}
	}
	return schema.Attribute{
		Name: a.GetName(), Description: a.GetDescription(), Type: kind, Required: a.GetRequired(), Default: byDefault,
		OneOf: a.GetOneOf(), Min: a.Min, Max: a.Max, Sensitive: a.GetSensitive(), Example: a.GetExample(),
	}, nil
}

package resolve

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/config"
)

// explainNames says of a name that does not belong in a provider's body what
// could stand there, as is said of the language's own blocks. In JSON, where the
// block around a place is not known, HCL's own words stay.
func (b Body) explainNames(d *hcl.Diagnostic) {
	native, ok := b.body.(*hclsyntax.Body)
	if !ok || d.Subject == nil {
		return
	}
	kind, block := b.typ.kind(), b.typ.block
	arguments := config.MetaArguments(kind)
	for inner := around(native, d.Subject.Start); inner != nil; inner = around(inner.Body, d.Subject.Start) {
		i := slices.IndexFunc(block.Blocks, func(n schema.NestedBlock) bool { return n.Name == inner.Type })
		if i < 0 {
			return
		}
		kind, block, arguments = inner.Type, block.Blocks[i].Block, nil
	}
	for i := range block.Attributes {
		arguments = append(arguments, block.Attributes[i].Name)
	}
	var blocks []string
	for i := range block.Blocks {
		blocks = append(blocks, block.Blocks[i].Name)
	}
	config.Explain(d, kind, arguments, blocks)
}

// around is the block of a body whose own body holds a place; nil if none does.
func around(body *hclsyntax.Body, at hcl.Pos) *hclsyntax.Block {
	for _, block := range body.Blocks {
		if inner := block.Body.Range(); inner.Start.Byte <= at.Byte && at.Byte < inner.End.Byte {
			return block
		}
	}
	return nil
}

// kind is the type of the block that uses a type.
func (t *bodyType) kind() string {
	switch t.Type.(type) {
	case providers.Environment:
		return string(providers.KindEnvironment)
	case providers.Fault:
		return string(providers.KindFault)
	case providers.Load:
		return string(providers.KindLoad)
	case providers.Probe:
		return string(providers.KindProbe)
	default:
		return string(providers.KindAction)
	}
}

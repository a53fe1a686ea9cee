package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/config"
)

// explainNames says of a name that does not belong in a provider's body what
// could stand there, as is said of the language's own blocks.
func (b Body) explainNames(d *hcl.Diagnostic) {
	native, ok := b.body.(*hclsyntax.Body)
	if !ok {
		b.explainProperty(d)
		return
	}
	if d.Subject == nil {
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

// explainProperty does so for JSON, where the block around a place is not known:
// the nearest of all names in the body is what was probably meant.
func (b Body) explainProperty(d *hcl.Diagnostic) {
	if d.Summary != "Extraneous JSON object property" {
		return
	}
	_, name, _ := strings.Cut(d.Detail, `"`)
	name, _, _ = strings.Cut(name, `"`)
	d.Summary = "Unsupported property"
	d.Detail = fmt.Sprintf("There is no property %q in this %s.", name, b.typ.kind())
	all := append(config.MetaArguments(b.typ.kind()), namesWithin(b.typ.block)...)
	if nearest := schema.Nearest(name, all); nearest != "" {
		d.Detail += fmt.Sprintf(" Did you mean %q?", nearest)
	}
}

// namesWithin are the names of the arguments and blocks of a block, at any depth.
func namesWithin(block *schema.Block) []string {
	var all []string
	for i := range block.Attributes {
		all = append(all, block.Attributes[i].Name)
	}
	for i := range block.Blocks {
		all = append(all, block.Blocks[i].Name)
		all = append(all, namesWithin(block.Blocks[i].Block)...)
	}
	return all
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

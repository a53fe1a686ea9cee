package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Diagnostics gives a provider's diagnostics about the body their places: the
// attribute or block that each one's path leads to, or the whole block. They tell
// nothing sensitive that has been met.
func (b Body) Diagnostics(found providers.Diagnostics) hcl.Diagnostics {
	return b.secrets.hide(b.diagnostics(found, b.ctx))
}

// providerDiags notes what Resolve reports, without what is sensitive, at its end.
func (r *resolver) providerDiags(found providers.Diagnostics, b Body, ctx *hcl.EvalContext) {
	r.diags.list = append(r.diags.list, b.diagnostics(found, ctx)...)
}

func (b Body) diagnostics(found providers.Diagnostics, ctx *hcl.EvalContext) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, d := range found {
		severity := hcl.DiagError
		if d.Severity == providers.Warning {
			severity = hcl.DiagWarning
		}
		at := b.place(d.Path, ctx)
		diags = append(diags, &hcl.Diagnostic{Severity: severity, Summary: d.Summary, Detail: d.Detail, Subject: &at})
	}
	return diags
}

// place walks a path down the body as far as it leads.
func (b Body) place(path cty.Path, ctx *hcl.EvalContext) hcl.Range {
	if b.body == nil || b.typ == nil {
		return b.at
	}
	return walk(dynblock.Expand(b.body, ctx), b.typ.block, path, b.at)
}

func walk(body hcl.Body, block *schema.Block, path cty.Path, at hcl.Range) hcl.Range {
	if len(path) == 0 {
		return at
	}
	step, ok := path[0].(cty.GetAttrStep)
	if !ok {
		return at
	}
	content, _, _ := body.PartialContent(hcldec.ImpliedSchema(block.Spec()))
	if attr := content.Attributes[step.Name]; attr != nil {
		return attr.Expr.Range()
	}
	for i := range block.Blocks {
		if block.Blocks[i].Name == step.Name {
			return walkBlocks(content.Blocks.OfType(step.Name), &block.Blocks[i], path[1:], at)
		}
	}
	return at
}

func walkBlocks(blocks hcl.Blocks, nested *schema.NestedBlock, path cty.Path, at hcl.Range) hcl.Range {
	if len(blocks) == 0 {
		return at
	}
	chosen := blocks[0]
	if nested.Nesting != schema.Single && len(path) > 0 {
		if found := choose(blocks, path[0]); found != nil {
			chosen = found
		}
		path = path[1:]
	}
	return walk(chosen.Body, nested.Block, path, chosen.DefRange)
}

// choose finds the block that an index or a label leads to.
func choose(blocks hcl.Blocks, step cty.PathStep) *hcl.Block {
	name := ""
	switch s := step.(type) {
	case cty.GetAttrStep:
		name = s.Name
	case cty.IndexStep:
		if s.Key.Type() == cty.Number {
			if n, _ := s.Key.AsBigFloat().Int64(); n >= 0 && int(n) < len(blocks) {
				return blocks[n]
			}
			return nil
		}
		name = s.Key.AsString()
	}
	for _, block := range blocks {
		if len(block.Labels) > 0 && block.Labels[0] == name {
			return block
		}
	}
	return nil
}

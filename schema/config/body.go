package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// bodySchema makes an hcl.BodySchema of arguments, those that are required ending
// in "!", and of blocks.
func bodySchema(arguments []string, blocks ...hcl.BlockHeaderSchema) *hcl.BodySchema {
	s := &hcl.BodySchema{Blocks: blocks}
	for _, name := range arguments {
		required := name[len(name)-1] == '!'
		if required {
			name = name[:len(name)-1]
		}
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: name, Required: required})
	}
	return s
}

func blockSchema(kind string, labels ...string) hcl.BlockHeaderSchema {
	return hcl.BlockHeaderSchema{Type: kind, LabelNames: labels}
}

// content reads a block whose every argument and block is known to the language.
func (l *loader) content(block *hcl.Block, s *hcl.BodySchema) *hcl.BodyContent {
	content, diags := block.Body.Content(s)
	l.report(l.explain(diags, block, s)...)
	return content
}

// partial reads a provider's block: the language's own arguments, and the rest
// for the provider.
func (l *loader) partial(block *hcl.Block, s *hcl.BodySchema) (*hcl.BodyContent, hcl.Body) {
	content, rest, diags := block.Body.PartialContent(s)
	l.report(l.explain(diags, block, s)...)
	return content, rest
}

// argument is an argument's expression, nil when it is not set.
func argument(content *hcl.BodyContent, name string) hcl.Expression {
	if attr := content.Attributes[name]; attr != nil {
		return attr.Expr
	}
	return nil
}

// required is an argument's expression; an unknown value when it is missing, which
// was reported, so that nothing after has to do without.
func required(content *hcl.BodyContent, name string, block *hcl.Block) hcl.Expression {
	if expr := argument(content, name); expr != nil {
		return expr
	}
	return hcl.StaticExpr(cty.DynamicVal, block.DefRange)
}

// attributes reads a block of free names, such as locals.
func (l *loader) attributes(body hcl.Body) hcl.Attributes {
	attrs, diags := body.JustAttributes()
	l.report(diags...)
	return attrs
}

// bodyRange is everything from a block's header to the end of its body, as far
// as the syntax tells.
func bodyRange(block *hcl.Block) hcl.Range {
	if body, ok := block.Body.(interface{ Range() hcl.Range }); ok {
		return hcl.RangeBetween(block.DefRange, body.Range())
	}
	return hcl.RangeBetween(block.DefRange, block.Body.MissingItemRange())
}

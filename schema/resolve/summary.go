package resolve

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

// Summary says in one phrase what the body's type does with it. Strings that are
// not known yet stand there as they are written. It is empty when the type has
// nothing to say, or the body has errors.
func (b Body) Summary() string {
	if b.typ == nil || b.body == nil {
		return ""
	}
	t, ok := providers.As[providers.WithSummary](b.typ.Type)
	if !ok {
		return ""
	}
	values, diags := b.Decode(nil)
	if diags.HasErrors() {
		return ""
	}
	return t.Summary(schema.NewValues(b.described(values.Cty())))
}

// described is a decoded body for people: with source text for strings that are
// not known, and nothing sensitive at its top.
func (b Body) described(value cty.Value) cty.Value {
	if value.IsWhollyKnown() && b.secrets.Empty() || !value.IsKnown() {
		return value
	}
	attrs, written := value.AsValueMap(), b.expressions()
	for i := range b.typ.block.Attributes {
		a := &b.typ.block.Attributes[i]
		if attr := written[a.Name]; attr != nil {
			attrs[a.Name] = b.describe(a, attr.Expr, attrs[a.Name])
		}
	}
	return cty.ObjectVal(attrs)
}

// expressions are those of the attributes at the top of the body.
func (b Body) expressions() hcl.Attributes {
	wanted := &hcl.BodySchema{}
	for i := range b.typ.block.Attributes {
		wanted.Attributes = append(wanted.Attributes, hcl.AttributeSchema{Name: b.typ.block.Attributes[i].Name})
	}
	content, _, _ := b.body.PartialContent(wanted) // problems were reported when it was decoded
	return content.Attributes
}

// describe is one attribute for people. Only an expression itself tells whether
// it is sensitive: what was decoded has no marks, and what is not known yet is
// not among the secrets.
func (b Body) describe(a *schema.Attribute, expr hcl.Expression, value cty.Value) cty.Value {
	given, _ := expr.Value(b.ctx)
	hidden := a.Sensitive || lang.IsSensitive(given)
	switch {
	case !hidden && value.IsWhollyKnown():
		return value
	case a.Type.Kind == schema.String && value.Type() == cty.String && hidden:
		return cty.StringVal(lang.Redacted)
	case a.Type.Kind == schema.String && value.Type() == cty.String:
		return cty.StringVal(b.written(expr))
	case a.Type.Kind == schema.String && a.Type.Of == schema.ListOf:
		return b.describeList(a, expr, value)
	case hidden || !value.IsKnown():
		return cty.UnknownVal(value.Type())
	default:
		return value
	}
}

// describeList describes the elements of a list that is written out.
func (b Body) describeList(a *schema.Attribute, expr hcl.Expression, value cty.Value) cty.Value {
	written, diags := hcl.ExprList(expr)
	if diags.HasErrors() || len(written) == 0 || !value.IsKnown() || value.LengthInt() != len(written) {
		return cty.UnknownVal(value.Type())
	}
	element := schema.Attribute{Type: schema.Type{Kind: a.Type.Kind}, Sensitive: a.Sensitive}
	elements := value.AsValueSlice()
	for i, part := range written {
		elements[i] = b.describe(&element, part, elements[i])
	}
	return cty.ListVal(elements)
}

// written is the source text of a string: of a template what is inside its
// quotes, of anything else what a template would say.
func (b Body) written(expr hcl.Expression) string {
	text := b.sources.of(expr.Range())
	inner, opened := strings.CutPrefix(text, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	switch expr.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr, *hclsyntax.LiteralValueExpr:
	default:
		opened = opened && strings.HasSuffix(expr.Range().Filename, ".json")
	}
	if opened && closed {
		return inner
	}
	return "${" + text + "}"
}

package resolve

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

// Body is a provider's body together with what it is evaluated in.
type Body struct {
	body    hcl.Body
	typ     *bodyType
	ctx     *hcl.EvalContext
	at      hcl.Range
	decoded cty.Value // as Resolve saw it; cty.NilVal if it had errors
	secrets *secrets
	sources *sourceText
}

// bodyType is a type with its decoder, built once for all bodies of the type.
type bodyType struct {
	providers.Type
	block *schema.Block
	spec  hcldec.Spec
}

// Range is the place of the block that the body belongs to.
func (b Body) Range() hcl.Range { return b.at }

// Decode evaluates the body, with more root objects ("self") when extra is not
// nil. Values are without marks; those that were sensitive are among
// Resolved.Secrets from then on. With errors the values are unknown.
func (b Body) Decode(extra map[string]cty.Value) (schema.Values, hcl.Diagnostics) {
	if extra == nil && b.decoded != cty.NilVal {
		return schema.NewValues(b.decoded), nil
	}
	ctx := b.ctx
	if extra != nil {
		ctx = b.ctx.NewChild()
		ctx.Variables = maps.Clone(extra)
	}
	value, diags := b.decode(ctx)
	return schema.NewValues(value), b.secrets.hide(diags)
}

func (b Body) decode(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if b.body == nil || b.typ == nil {
		return cty.DynamicVal, nil
	}
	value, diags := hcldec.Decode(dynblock.Expand(b.body, ctx), b.typ.spec, ctx)
	for _, d := range diags {
		explain(d)
		b.explainNames(d)
		if d.Subject != nil && *d.Subject == b.body.MissingItemRange() {
			d.Subject = &b.at // the end of a block is no place to look at
		}
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if lang.IsSensitive(value) {
		b.secrets.note(value)
		value = lang.Plain(value)
	}
	noteSensitive(b.typ.block, value, b.secrets)
	return value, diags
}

// noteSensitive takes the attributes that their schema calls sensitive, marked
// or not.
func noteSensitive(block *schema.Block, value cty.Value, found *secrets) {
	if !value.IsKnown() || value.IsNull() || !value.Type().IsObjectType() {
		return
	}
	for i := range block.Attributes {
		if a := &block.Attributes[i]; a.Sensitive && value.Type().HasAttribute(a.Name) {
			found.whole(value.GetAttr(a.Name))
		}
	}
	for i := range block.Blocks {
		nested := &block.Blocks[i]
		inner := value.GetAttr(nested.Name)
		if nested.Nesting == schema.Single {
			noteSensitive(nested.Block, inner, found)
			continue
		}
		if !inner.IsKnown() || inner.IsNull() {
			continue
		}
		for it := inner.ElementIterator(); it.Next(); {
			_, element := it.Element()
			noteSensitive(nested.Block, element, found)
		}
	}
}

// bodyType finds a type and its decoder; nil when there is no such type.
func (r *resolver) bodyType(kind providers.Kind, name string) *bodyType {
	return r.types.get(providers.TypeKey{Kind: kind, Name: name}, func() *bodyType {
		t := r.set.Type(kind, name)
		if t == nil {
			return nil
		}
		block := t.Schema()
		return &bodyType{Type: t, block: block, spec: block.Spec()}
	})
}

// typeOf is bodyType for a block; it reports a type that does not exist.
func (r *resolver) typeOf(kind providers.Kind, name string, at hcl.Range) *bodyType {
	t := r.bodyType(kind, name)
	if t == nil {
		r.diags.errorf(at, "Unknown "+string(kind)+" type", "There is no %s type %q.%s%s",
			kind, name, suggest(name, r.set.Names(kind), "Available:"), r.otherKind(kind, name))
	}
	return t
}

// otherKind points out a type of that name that is of another kind.
func (r *resolver) otherKind(kind providers.Kind, name string) string {
	for _, other := range providers.Kinds() {
		if other != kind && r.set.Type(other, name) != nil {
			return " There is one of that name for the block " + string(other) + "."
		}
	}
	return ""
}

// body decodes a provider's body and has its type validate it.
func (m *module) body(t *bodyType, body hcl.Body, ctx *hcl.EvalContext, at hcl.Range, extra map[string]cty.Value) Body {
	b := Body{body: body, typ: t, ctx: ctx, at: at, secrets: m.r.out.secrets, sources: m.r.sources}
	evalCtx := ctx
	if extra != nil {
		evalCtx = ctx.NewChild()
		evalCtx.Variables = extra
	}
	value, diags := b.decode(evalCtx)
	m.r.diags.list = append(m.r.diags.list, diags...)
	if diags.HasErrors() {
		return b
	}
	if extra == nil {
		b.decoded = value
	}
	if check, ok := providers.As[providers.WithValidate](t.Type); ok {
		m.r.providerDiags(check.Validate(m.r.ctx, schema.NewValues(value)), b, evalCtx)
	}
	return b
}

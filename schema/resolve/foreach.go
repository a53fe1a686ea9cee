package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/addr"
)

// instance is one of a for_each, or the only one without.
type instance struct {
	key   addr.Key
	value cty.Value
	open  bool // stands for all, as they are not known
}

// context is what an instance is evaluated in.
func (i instance) context(ctx *hcl.EvalContext) *hcl.EvalContext {
	if !i.key.Set {
		return ctx
	}
	child := ctx.NewChild()
	key := cty.StringVal(i.key.Text)
	if i.open {
		key = cty.UnknownVal(cty.String)
	}
	child.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": i.value})}
	return child
}

// openKey is the key of the instance that stands for unknown ones.
const openKey = "*"

// forEach evaluates a for_each. It is false when the instances are not known,
// because of an error or because the configuration is only being checked.
func (m *module) forEach(expr hcl.Expression, ctx *hcl.EvalContext, what string) ([]instance, bool) {
	if expr == nil {
		return []instance{{}}, true
	}
	value, diags := expr.Value(ctx)
	m.r.diags.add(diags)
	if diags.HasErrors() {
		return nil, false
	}
	if problem := checkForEach(value); problem != "" {
		m.r.diags.errorAt(expr, ctx, "Invalid for_each", "%s", problem)
		return nil, false
	}
	if !knownForEach(value) {
		return m.unknownForEach(expr, ctx, what)
	}
	var instances []instance
	for it := value.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if value.Type().IsSetType() {
			key = element
		}
		instances = append(instances, instance{key: addr.EachKey(key.AsString()), value: element})
	}
	return instances, true
}

func (m *module) unknownForEach(expr hcl.Expression, ctx *hcl.EvalContext, what string) ([]instance, bool) {
	if m.r.takesUnknown() {
		return []instance{{key: addr.EachKey(openKey), value: cty.DynamicVal, open: true}}, false
	}
	m.r.diags.errorAt(expr, ctx, "Unknown for_each",
		"How many instances of this %s there are must be known before anything runs, but the value depends on something that is known only once an environment is up. "+
			"Use values that are written in the configuration or given as variables.", what)
	return nil, false
}

// checkForEach says what is wrong with the value of a for_each.
func checkForEach(value cty.Value) string {
	const expected = "for_each takes a map, an object or a set of strings"
	switch t := value.Type(); {
	case value.IsMarked():
		return "The value is sensitive, but the keys of a for_each become part of addresses, which are shown. Use nonsensitive(…) if the keys give nothing away."
	case value.IsNull():
		return "The value is null: " + expected + "."
	case t == cty.DynamicPseudoType, t.IsMapType(), t.IsObjectType():
		return ""
	case t.IsSetType() && (t.ElementType() == cty.String || t.ElementType() == cty.DynamicPseudoType):
		return nullElement(value)
	case t.IsSetType():
		return expected + ", and the elements of this set are of type " + t.ElementType().FriendlyName() + ". Convert them with tostring."
	case t.IsListType(), t.IsTupleType():
		return expected + ", not a list. Write toset([…]): instances are told apart by their keys, not by their places."
	default:
		return expected + ", not a " + t.FriendlyName() + "."
	}
}

func nullElement(set cty.Value) string {
	if !knownForEach(set) {
		return ""
	}
	for _, element := range set.AsValueSlice() {
		if element.IsNull() {
			return "The set holds null, which cannot be a key."
		}
	}
	return ""
}

// knownForEach reports whether the keys are known. Values of maps need not be.
func knownForEach(v cty.Value) bool {
	if v.Type().IsSetType() {
		return v.IsWhollyKnown()
	}
	return v.IsKnown()
}

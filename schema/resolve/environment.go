package resolve

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
)

// addressAttr is the attribute by which the value of an environment is known,
// wherever it is passed.
const addressAttr = "address"

// environment plans an environment and gives the value of references to it.
func (m *module) environment(e *config.Environment, ctx *hcl.EvalContext) cty.Value {
	at := addr.Object{Module: m.at, Kind: kindEnvironment, Name: e.Name}
	t := m.r.typeOf(providers.KindEnvironment, e.Type, e.TypeRange)
	if t == nil {
		return environmentValue(at, cty.DynamicVal)
	}
	kind, _ := t.Type.(providers.Environment)
	env := &Environment{Addr: at, Config: e, Type: kind, Dir: m.dir}
	self := map[string]cty.Value{"self": cty.DynamicVal}
	env.Body = m.body(t, e.Body, ctx, e.DeclRange, self)
	m.r.out.Environments = append(m.r.out.Environments, env)
	values, diags := env.Body.Decode(self) // errors were reported by body
	if diags.HasErrors() {
		return environmentValue(at, cty.DynamicVal)
	}
	up, isUp := m.r.in.Environments[at.String()]
	m.plan(env, values, self, isUp)
	if isUp {
		return environmentValue(at, up)
	}
	return environmentValue(at, env.Plan.Outputs)
}

// plan asks the type for its plan. One that is up is not looked at again: faults may
// be in place that keep it from being as it should, which is no mistake of the
// configuration.
func (m *module) plan(env *Environment, values schema.Values, self map[string]cty.Value, up bool) {
	planned, diags := env.Type.Plan(m.r.ctx, providers.EnvironmentPlanRequest{
		Address: env.Addr.String(), Config: values, Dir: m.dir, Offline: up || m.r.takesUnknown(),
	})
	ctx := env.Body.ctx.NewChild()
	ctx.Variables = self
	m.r.providerDiags(diags, env.Body, ctx)
	env.Plan = planned
}

// environmentValue is an environment's outputs with its address. An environment
// whose outputs are not even known by shape is unknown as a whole; its address
// is then found by the form of the reference.
func environmentValue(at addr.Object, outputs cty.Value) cty.Value {
	attrs := map[string]cty.Value{addressAttr: cty.StringVal(at.String())}
	switch {
	case outputs == cty.NilVal:
	case outputs.Type().IsObjectType() && outputs.IsKnown() && !outputs.IsNull():
		for name, value := range outputs.AsValueMap() {
			if name != addressAttr {
				attrs[name] = value
			}
		}
	case outputs.Type().IsObjectType():
		for name, t := range maps.All(outputs.Type().AttributeTypes()) {
			if name != addressAttr {
				attrs[name] = cty.UnknownVal(t)
			}
		}
	default:
		return cty.DynamicVal
	}
	return cty.ObjectVal(attrs)
}

// environmentOf finds the address of the environment that an experiment names.
func (m *module) environmentOf(expr hcl.Expression) string {
	if expr == nil {
		return ""
	}
	value, diags := expr.Value(m.ctx)
	m.r.diags.add(diags)
	if diags.HasErrors() {
		return ""
	}
	value, _ = value.Unmark()
	if address, ok := addressIn(value); ok {
		return address
	}
	if address, ok := m.staticEnvironment(expr); ok {
		return address
	}
	if value.IsKnown() {
		m.r.diags.errorAt(expr, m.ctx, "Not an environment", "Expected a reference to an environment, such as environment.NAME, and found %s.", described(value))
	}
	return ""
}

func addressIn(v cty.Value) (string, bool) {
	if !v.Type().IsObjectType() || !v.Type().HasAttribute(addressAttr) || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	address := v.GetAttr(addressAttr)
	if address.IsMarked() || !address.IsKnown() || address.IsNull() || address.Type() != cty.String {
		return "", false
	}
	return address.AsString(), true
}

func (m *module) staticEnvironment(expr hcl.Expression) (string, bool) {
	t, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		return "", false
	}
	kind, name, ok := objectOf(t)
	if !ok || kind != kindEnvironment || len(t) != 2 || m.cfg.Environments[name] == nil {
		return "", false
	}
	return addr.Object{Module: m.at, Kind: kindEnvironment, Name: name}.String(), true
}

func described(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	return "a value of type " + v.Type().FriendlyName()
}

package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/config"
)

// contextOf is the context of one object. It holds what the object refers to,
// by which it takes as long as it has references and not as there are objects.
func (s *shape) contextOf(m *module, n node) *hcl.EvalContext {
	ctx := m.base.NewChild()
	ctx.Variables = map[string]cty.Value{}
	objects := map[string]map[string]cty.Value{kindLocal: {}, kindModule: {}, kindEnvironment: {}}
	for _, ref := range s.refs[n] {
		values, isObject := objects[ref.kind]
		value, known := m.values[ref]
		switch {
		case known:
			values[ref.name] = value
		case isObject:
			declareAll(m.cfg, ref.kind, values)
		}
	}
	for kind, values := range objects {
		ctx.Variables[kind] = cty.ObjectVal(values)
	}
	return ctx
}

// declareAll fills in the names of everything of a kind, as a reference to
// something undeclared is explained by what there is.
func declareAll(cfg *config.Module, kind string, values map[string]cty.Value) {
	for _, n := range nodesOf(cfg) {
		if _, there := values[n.name]; n.kind == kind && !there {
			values[n.name] = cty.DynamicVal
		}
	}
}

// wholeContext holds every object of the module.
func (s *shape) wholeContext(m *module) *hcl.EvalContext {
	ctx := m.base.NewChild()
	objects := map[string]map[string]cty.Value{kindLocal: {}, kindModule: {}, kindEnvironment: {}}
	for n, value := range m.values {
		objects[n.kind][n.name] = value
	}
	ctx.Variables = map[string]cty.Value{}
	for kind, values := range objects {
		ctx.Variables[kind] = cty.ObjectVal(values)
	}
	return ctx
}

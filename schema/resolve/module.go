package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/lang"
)

// module is an instance of a module that is being evaluated.
type module struct {
	r         *resolver
	cfg       *config.Module
	at        addr.ModuleInstance
	dir       string           // absolute
	after     []string         // experiments that all of this module's come after
	base      *hcl.EvalContext // functions, var, path and run
	variables map[string]cty.Value
	environ   map[string]bool    // variables with defaults that have read the environment
	values    map[node]cty.Value // of locals, calls and environments
	ctx       *hcl.EvalContext   // everything, once all values are there
	outputs   map[string]cty.Value
	own       []string // addresses of the experiments in here and in its modules
}

// module evaluates an instance of a module with everything in it.
func (r *resolver) module(cfg *config.Module, at addr.ModuleInstance, inputs map[string]input, after []string) *module {
	m := &module{r: r, cfg: cfg, at: at, dir: absolute(cfg.Dir), after: after, environ: map[string]bool{}, values: map[node]cty.Value{}}
	r.modules = append(r.modules, m)
	m.base = m.newBase()
	m.evaluateVariables(inputs)
	shape := r.shape(cfg)
	for _, broken := range shape.broken {
		m.values[broken] = cty.DynamicVal
	}
	for _, n := range shape.order {
		m.values[n] = m.evaluate(n, shape.contextOf(m, n))
	}
	m.r.broken = m.r.broken || m.r.diags.hasErrors()
	m.ctx = shape.wholeContext(m)
	m.evaluateOutputs()
	if len(at) > 0 {
		r.settings(cfg)
	}
	m.policies()
	m.experiments()
	return m
}

// newBase shares the functions among the instances of a module.
func (m *module) newBase() *hcl.EvalContext {
	base := m.r.functions(m.cfg).NewChild()
	base.Variables = map[string]cty.Value{
		"path": m.r.pathValue(m.dir),
		"run":  m.r.runValue(),
	}
	return base
}

// functions holds the functions of a module, made once for all instances.
func (r *resolver) functions(cfg *config.Module) *hcl.EvalContext {
	return r.functionsOf.get(cfg, func() *hcl.EvalContext {
		sources := r.out.Config.Sources
		files := lang.Files{Dir: absolute(cfg.Dir), Read: sources.Read, Saw: sources.Saw}
		return &hcl.EvalContext{Functions: lang.Functions(files)}
	})
}

// evaluate gives the value of a local, a module call or an environment.
func (m *module) evaluate(n node, ctx *hcl.EvalContext) cty.Value {
	switch n.kind {
	case kindLocal:
		value, diags := m.cfg.Locals[n.name].Expr.Value(ctx)
		m.r.diags.add(diags)
		m.r.out.secrets.note(value)
		return value
	case kindModule:
		return m.call(m.cfg.Calls[n.name], ctx)
	default:
		return m.environment(m.cfg.Environments[n.name], ctx)
	}
}

func (m *module) evaluateOutputs() {
	m.outputs = make(map[string]cty.Value, len(m.cfg.Outputs))
	for _, name := range slices.Sorted(maps.Keys(m.cfg.Outputs)) {
		output := m.cfg.Outputs[name]
		value := cty.DynamicVal
		if output.Value != nil {
			var diags hcl.Diagnostics
			value, diags = output.Value.Value(m.ctx)
			m.r.diags.add(diags)
		}
		if output.Sensitive {
			value = value.Mark(lang.Sensitive)
		}
		m.r.out.secrets.note(value)
		m.outputs[name] = value
	}
}

// call evaluates every instance of a module call; its value is an object of
// outputs, or of such objects by key.
func (m *module) call(call *config.ModuleCall, ctx *hcl.EvalContext) cty.Value {
	before := m.before(call) // its problems are told also where there is no instance
	if call.Module == nil || tooDeep(m.at) {
		return cty.DynamicVal
	}
	m.r.checkInputs(call)
	instances, ok := m.forEach(call.ForEach, ctx, "module")
	outputs := map[string]cty.Value{}
	for _, instance := range instances {
		inputs := m.inputs(call, instance.context(ctx))
		child := m.r.module(call.Module, m.at.Child(call.Name, instance.key), inputs, before)
		m.own = append(m.own, child.own...)
		value := cty.ObjectVal(child.outputs)
		if !instance.key.Set {
			return value
		}
		outputs[instance.key.Text] = value
	}
	if !ok {
		return cty.DynamicVal
	}
	return cty.ObjectVal(outputs)
}

func (m *module) inputs(call *config.ModuleCall, ctx *hcl.EvalContext) map[string]input {
	inputs := make(map[string]input, len(call.Inputs))
	for _, name := range slices.Sorted(maps.Keys(call.Inputs)) {
		expr := call.Inputs[name].Expr
		value, diags := expr.Value(ctx)
		m.r.diags.add(diags)
		inputs[name] = written(call.Module.Variables[name], value, expr.Range())
	}
	return inputs
}

// before lists the experiments that a call's depends_on puts before its own.
func (m *module) before(call *config.ModuleCall) []string {
	before := slices.Clone(m.after)
	for _, t := range call.DependsOn {
		before = append(before, m.dependsOn(t, "A module")...)
	}
	return before
}

// experimentsOf lists the experiments in every instance of a module call.
func (r *resolver) experimentsOf(parent addr.ModuleInstance, name string) []string {
	var found []string
	for _, m := range r.modules {
		if len(m.at) == len(parent)+1 && slices.Equal(m.at[:len(parent)], parent) && m.at[len(parent)].Name == name {
			found = append(found, m.own...)
		}
	}
	return found
}

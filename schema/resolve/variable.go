package resolve

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/lang"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// input is a value that a module's variable was given.
type input struct {
	value cty.Value
	at    hcl.Range // of the value, or of the variable when it has no place
	from  string    // where it came from, when its place does not say so
}

// errReported stands for a problem that has been reported already.
var errReported = errors.New("already reported")

// givenVariables reads the values given from outside for the root module.
func (r *resolver) givenVariables(root *config.Module) map[string]input {
	inputs := map[string]input{}
	for _, name := range slices.Sorted(maps.Keys(r.in.Variables)) {
		given, v := r.in.Variables[name], root.Variables[name]
		if v == nil {
			r.undeclared(name, given, root)
			continue
		}
		inputs[name] = r.readGiven(v, given)
	}
	return inputs
}

// environmentPrefix is that of the environment variables that give values. They
// may be meant for another configuration, so unknown ones are passed over.
const environmentPrefix = "GAMEDAY_VAR_"

func (r *resolver) undeclared(name string, given Given, root *config.Module) {
	if strings.HasPrefix(given.From, environmentPrefix) {
		return
	}
	d := &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Value for an undeclared variable",
		Detail: fmt.Sprintf("%s gives a value for %q, but the configuration declares no such variable.%s",
			given.From, name, suggest(name, slices.Sorted(maps.Keys(root.Variables)), "It declares")),
	}
	if given.Range != nil && Showable(r.out.Config, name, *given.Range) {
		d.Subject = given.Range
	}
	r.diags.list = append(r.diags.list, d)
}

func (r *resolver) readGiven(v *config.Variable, given Given) input {
	in := input{value: given.Value, at: v.DeclRange, from: given.From}
	if given.Range != nil && Showable(r.out.Config, v.Name, *given.Range) {
		in.at, in.from = *given.Range, ""
	}
	if given.Value != cty.NilVal {
		return in
	}
	value, problem := parseRaw(v, given.Raw)
	if problem != "" {
		r.diags.errorf(in.at, "Invalid value for variable", "The value of var.%s, given by %s, %s",
			v.Name, given.From, problem)
	}
	in.value = value
	return in
}

// parseRaw reads a value from the command line or the environment: the text
// itself for a string, an HCL expression for everything else.
func parseRaw(v *config.Variable, raw string) (cty.Value, string) {
	if v.Type.Type == cty.String {
		return cty.StringVal(raw), ""
	}
	expr, diags := syntax.ParseExpression(raw, "value")
	if !diags.HasErrors() {
		var value cty.Value
		if value, diags = expr.Value(nil); !diags.HasErrors() {
			return value, ""
		}
	}
	if v.Type.Type == cty.NilType || v.Type.Type == cty.DynamicPseudoType {
		return cty.StringVal(raw), ""
	}
	switch {
	case v.Sensitive:
		return cty.DynamicVal, fmt.Sprintf("does not fit its type, %s. It is sensitive and not shown.", typeText(v))
	case v.Type.Type.IsPrimitiveType():
		return cty.DynamicVal, fmt.Sprintf("does not fit its type, %s: found %s.", typeText(v), ValueText(cty.StringVal(raw)))
	default:
		return cty.DynamicVal, fmt.Sprintf("is not an expression of type %s: %s Strings inside lists and objects need quotes.", typeText(v), diags[0].Detail)
	}
}

func typeText(v *config.Variable) string {
	if v.Type.Type == cty.NilType {
		return "any"
	}
	return typeexpr.TypeString(v.Type.Type)
}

// variables evaluates every variable of a module, and checks them.
func (m *module) evaluateVariables(inputs map[string]input) {
	values := make(map[string]cty.Value, len(m.cfg.Variables))
	for _, name := range slices.Sorted(maps.Keys(m.cfg.Variables)) {
		v := m.cfg.Variables[name]
		in, given := inputs[name]
		value, err := m.variable(v, in, given)
		if err != nil {
			value = cty.DynamicVal
		}
		if v.Sensitive {
			value = value.Mark(lang.Sensitive)
		}
		m.r.out.secrets.note(value)
		values[name] = value
		m.tell(name, value)
	}
	m.variables = values
	m.base.Variables["var"] = cty.ObjectVal(values)
	m.validateVariables(inputs)
}

// tell adds a variable to those that a run depends on. What other modules have
// follows from the variables of the root module and from files, unless a default
// takes it from the environment.
func (m *module) tell(name string, value cty.Value) {
	switch {
	case len(m.at) == 0:
		m.r.out.Variables[name] = value
	case m.environ[name]:
		m.r.out.Variables[m.at.String()+".var."+name] = value
	}
}

func (m *module) variable(v *config.Variable, in input, given bool) (cty.Value, error) {
	if given && in.value.IsNull() && !v.Nullable {
		if v.Default == nil {
			m.r.diags.errorf(in.at, "Null value for variable", "var.%s%s is not nullable: leave it out to get its default, or give it a value.", v.Name, givenBy(in.from))
			return cty.DynamicVal, errReported
		}
		given = false
	}
	if given {
		return m.converted(v, in.value, in.at, in.from)
	}
	if v.Default == nil {
		return m.missing(v)
	}
	value, diags := v.Default.Value(m.defaults(v.Name))
	m.r.diags.add(diags)
	if diags.HasErrors() {
		return cty.DynamicVal, errReported
	}
	in = written(v, value, v.Default.Range())
	value, err := m.converted(v, value, in.at, in.from)
	if err == nil && value.IsNull() && !v.Nullable {
		return m.nullDefault(v)
	}
	return value, err
}

// nullDefault refuses a default that is null where null is no value: what takes
// the variable, such as a policy, would take null for not set.
func (m *module) nullDefault(v *config.Variable) (cty.Value, error) {
	why := ""
	if m.environ[v.Name] {
		why = " (env gives null for what is not set)"
	}
	m.r.diags.errorf(v.DeclRange, "Null value for variable", "var.%s is not nullable, but its default is null%s: give it a value, or a default that is not null.", v.Name, why)
	return cty.DynamicVal, errReported
}

// defaults is what the default of a variable is evaluated in, with note taken of
// whether it reads the environment.
func (m *module) defaults(name string) *hcl.EvalContext {
	ctx := m.r.functions(m.cfg).NewChild()
	ctx.Variables = map[string]cty.Value{} // without any, HCL would say only that there are none
	ctx.Functions = lang.DefaultFunctions(func(variable string) (string, bool) {
		m.environ[name] = true
		return os.LookupEnv(variable)
	})
	return ctx
}

func (m *module) converted(v *config.Variable, value cty.Value, at hcl.Range, from string) (cty.Value, error) {
	want := v.Type.Type
	if want == cty.NilType || want == cty.DynamicPseudoType {
		return value, nil
	}
	// A module takes what it needs of its caller's values, such as an
	// environment; a value from outside is meant for this variable alone.
	if text := superfluous(value.Type(), want, nil); text != "" && len(m.at) == 0 {
		m.r.diags.errorf(at, "Invalid value for variable", "The value of var.%s%s does not fit its type, %s: %s", v.Name, givenBy(from), typeText(v), text)
		return cty.UnknownVal(want.WithoutOptionalAttributesDeep()), errReported
	}
	if v.Type.Defaults != nil {
		value = v.Type.Defaults.Apply(value)
	}
	got, err := convert.Convert(value, want)
	if err == nil {
		return got, nil
	}
	m.r.diags.errorf(at, "Invalid value for variable", "The value of var.%s%s does not fit its type, %s: %s.",
		v.Name, givenBy(from), typeText(v), misfit(v, value, err))
	return cty.UnknownVal(want.WithoutOptionalAttributesDeep()), errReported
}

// misfit says where a value does not fit and why, without telling a sensitive
// one.
func misfit(v *config.Variable, value cty.Value, err error) string {
	at, found := "", ""
	var inside cty.PathError
	if errors.As(err, &inside) && len(inside.Path) > 0 {
		at = "at " + strings.TrimPrefix(pathText(inside.Path), ".") + ", "
	} else if value.Type().IsPrimitiveType() && !v.Sensitive {
		found = ", and found " + ValueText(value)
	}
	return at + err.Error() + found
}

func pathText(path cty.Path) string {
	var text strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			text.WriteString("." + s.Name)
		case cty.IndexStep:
			fmt.Fprintf(&text, "[%s]", ValueText(s.Key))
		}
	}
	return text.String()
}

// missing is a required variable without a value.
func (m *module) missing(v *config.Variable) (cty.Value, error) {
	unknown := cty.DynamicVal
	if t := v.Type.Type; t != cty.NilType {
		unknown = cty.UnknownVal(t.WithoutOptionalAttributesDeep())
	}
	if m.r.in.AllowMissing && len(m.at) == 0 {
		return unknown, nil
	}
	if len(m.at) == 0 {
		m.r.diags.errorf(v.DeclRange, "Missing value for variable",
			"var.%s has no default. Give it with -var '%s=…', with %s%s=… in the environment, or in a file that ends in .auto.vars.hcl or is named by -var-file.",
			v.Name, v.Name, environmentPrefix, v.Name)
	}
	return unknown, nil // a missing input of a module is reported at its call
}

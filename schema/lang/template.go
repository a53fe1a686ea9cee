package lang

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/syntax"
)

// templateFunc renders a template with the given variables and every
// function but itself, so that templates cannot recurse.
func (f Files) templateFunc() function.Function {
	return function.New(&function.Spec{
		Description: "Renders a template file inside the module's directory.",
		Params:      []function.Parameter{{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			vars := args[1]
			if t := vars.Type(); !t.IsObjectType() && !t.IsMapType() {
				return cty.UnknownVal(cty.String), function.NewArgErrorf(1, "expected an object of the template's variables")
			}
			text, err := f.text(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(0, err)
			}
			return f.render(args[0].AsString(), text, vars.AsValueMap())
		},
	})
}

func (f Files) render(path, text string, vars map[string]cty.Value) (cty.Value, error) {
	unknown := cty.UnknownVal(cty.String)
	expr, diags := syntax.ParseTemplate([]byte(text), path)
	if diags.HasErrors() {
		return unknown, function.NewArgErrorf(0, "%s", templateError(diags))
	}
	if err := missingVars(expr, vars); err != nil {
		return unknown, err
	}
	functions := pure()
	functions["file"] = f.fileFunc()
	result, diags := expr.Value(&hcl.EvalContext{Variables: vars, Functions: functions})
	if diags.HasErrors() {
		return unknown, function.NewArgErrorf(0, "%s", templateError(diags))
	}
	result, err := convert.Convert(result, cty.String)
	if err != nil || result.IsNull() {
		return unknown, function.NewArgErrorf(0, "the template does not give a string")
	}
	return result, nil
}

func missingVars(expr hcl.Expression, vars map[string]cty.Value) error {
	for _, traversal := range expr.Variables() {
		name := traversal.RootName()
		if _, given := vars[name]; given {
			continue
		}
		names := slices.Sorted(maps.Keys(vars))
		problem := fmt.Sprintf("the template uses %q, which is not among its variables", name)
		if nearest := schema.Nearest(name, names); nearest != "" {
			problem += fmt.Sprintf(". Did you mean %q?", nearest)
		}
		return function.NewArgErrorf(1, "%s", problem)
	}
	return nil
}

// templateError names the place inside the template, which the diagnostic of
// the call cannot show.
func templateError(diags hcl.Diagnostics) string {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return fmt.Sprintf("%s, %s: %s", d.Subject, d.Summary, d.Detail)
		}
	}
	return diags.Error()
}

package plan

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/schema/lang"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// encodeVariables writes the variables down that a run depends on, sorted by
// name. Of sensitive ones it keeps the name and the type.
func encodeVariables(r *resolve.Resolved) ([]Variable, hcl.Diagnostics) {
	out := []Variable{}
	var diags hcl.Diagnostics
	for _, name := range sortedKeys(r.Variables) {
		v, err := encodeVariable(name, r.Variables[name], isSensitive(r, name))
		if err != nil {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Variable cannot be planned with",
				Detail:   fmt.Sprintf("The value of %s cannot be written to a plan: %s.", address(name), err),
			})
			continue
		}
		out = append(out, v)
	}
	return out, diags
}

// address is that of a variable, of whichever module.
func address(name string) string {
	if inModule(name) {
		return name
	}
	return "var." + name
}

// inModule reports whether the name of a variable is that of another module's
// than the root: an address.
func inModule(name string) bool { return strings.Contains(name, ".") }

func encodeVariable(name string, value cty.Value, sensitive bool) (Variable, error) {
	value = lang.Plain(value)
	typ, err := ctyjson.MarshalType(value.Type())
	if err != nil || sensitive {
		return Variable{Name: name, Type: string(typ), Sensitive: sensitive}, err
	}
	text, err := ctyjson.Marshal(value, value.Type())
	return Variable{Name: name, Value: string(text), Type: string(typ)}, err
}

// isSensitive takes the word of the declaration, and of any mark in the value:
// a part that is marked makes the whole sensitive.
func isSensitive(r *resolve.Resolved, name string) bool {
	if lang.IsSensitive(r.Variables[name]) {
		return true
	}
	if r.Config == nil || r.Config.Root == nil {
		return false
	}
	declared := r.Config.Root.Variables[name]
	return declared != nil && declared.Sensitive
}

// Inputs are the variables that a saved plan was made with, to resolve with
// them again. Sensitive ones are not among them: they must be given again, and
// pass CheckSensitive. Nor are those of other modules, which cannot be given:
// they must be the same again, and Drift tells.
func Inputs(p *Plan) (map[string]resolve.Given, error) {
	inputs := map[string]resolve.Given{}
	for _, v := range p.Variables {
		if v.Sensitive || inModule(v.Name) {
			continue
		}
		value, err := decodeVariable(v)
		if err != nil {
			return nil, fmt.Errorf("the plan's value of var.%s: %w", v.Name, err)
		}
		inputs[v.Name] = resolve.Given{Value: value, From: "the saved plan"}
	}
	return inputs, nil
}

func decodeVariable(v Variable) (cty.Value, error) {
	typ, err := ctyjson.UnmarshalType([]byte(v.Type))
	if err != nil {
		return cty.NilVal, fmt.Errorf("read its type: %w", err)
	}
	return ctyjson.Unmarshal([]byte(v.Value), typ)
}

package resolve

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/lang"
)

// validateVariables checks the validation blocks, once every variable is known.
func (m *module) validateVariables(inputs map[string]input) {
	for _, name := range slices.Sorted(maps.Keys(m.cfg.Variables)) {
		for _, check := range m.cfg.Variables[name].Validations {
			m.validate(name, check, inputs)
		}
	}
}

func (m *module) validate(name string, check *config.Validation, inputs map[string]input) {
	if check.Condition == nil {
		return
	}
	result, diags := check.Condition.Value(m.base)
	m.r.diags.add(diags)
	if diags.HasErrors() {
		return
	}
	result, _ = result.UnmarkDeep()
	if !result.IsKnown() {
		return
	}
	holds, err := convert.Convert(result, cty.Bool)
	if err != nil || holds.IsNull() {
		m.r.diags.errorAt(check.Condition, m.base, "Invalid validation", "The condition of a validation must be true or false, not %s.", result.Type().FriendlyName())
		return
	}
	if holds.False() {
		m.invalid(name, check, inputs)
	}
}

func (m *module) invalid(name string, check *config.Validation, inputs map[string]input) {
	at, from := check.DeclRange, ""
	if in, given := inputs[name]; given {
		at, from = in.at, in.from
	}
	text := m.validationMessage(check)
	if from != "" {
		text += fmt.Sprintf("\n\nThe value of var.%s was given by %s.", name, from)
	}
	if at != check.DeclRange {
		text += fmt.Sprintf("\n\nThis is checked by the validation at %s.", check.DeclRange)
	}
	m.r.diags.list = append(m.r.diags.list, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Invalid value for variable", Detail: text, Subject: &at,
		Expression: check.Condition, EvalContext: m.base,
	})
}

func (m *module) validationMessage(check *config.Validation) string {
	if check.ErrorMessage == nil {
		return "The validation of the variable does not hold."
	}
	message, diags := check.ErrorMessage.Value(m.base)
	m.r.diags.add(diags)
	if diags.HasErrors() {
		return "The validation of the variable does not hold."
	}
	if lang.IsSensitive(message) {
		return "The validation of the variable does not hold. Its message refers to sensitive values and is not shown."
	}
	message, err := convert.Convert(message, cty.String)
	if err != nil || !message.IsKnown() || message.IsNull() {
		return "The validation of the variable does not hold."
	}
	return message.AsString()
}

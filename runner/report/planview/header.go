package planview

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/runner/plan"
)

// header says what the plan was made with.
func (v view) header() {
	p := v.plan
	v.field(0, "Directory", p.Dir)
	v.field(0, "Seed", fmt.Sprint(p.Seed))
	v.field(0, "Providers", v.providers())
	v.list(0, "Variables", v.variables())
	if len(p.Targeted) > 0 {
		v.styledField(0, "Targeted", "only "+strings.Join(p.Targeted, ", ")+" and what that depends on", v.style.warn)
	}
	v.blank()
}

func (v view) providers() string {
	var out []string
	for _, p := range v.plan.Providers {
		out = append(out, p.Name+" "+p.Version)
	}
	return strings.Join(out, ", ")
}

func (v view) variables() []string {
	var out []string
	for _, variable := range v.plan.Variables {
		out = append(out, variable.Name+" = "+variableText(variable))
	}
	return out
}

// variableText cuts long values: the plan has them whole, the reader needs to
// recognise them.
func variableText(v plan.Variable) string {
	if v.Sensitive {
		return "(sensitive)"
	}
	return cut(v.Value)
}

// cut keeps the beginning of a long text, and says how long it is.
func cut(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
}

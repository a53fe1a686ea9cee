package planview

import (
	"fmt"

	"github.com/gameday-dev/gameday/runner/plan"
)

func (v view) environments() {
	for _, e := range v.plan.Environments {
		v.environment(e)
	}
}

func (v view) environment(e plan.Environment) {
	v.heading(0, fmt.Sprintf("Environment %s (%s)", e.Address, e.Type), place(e.Source), v.style.title)
	v.paragraph(2, e.Summary, v.style.plain)
	v.list(2, "Steps", numbered(e.Steps))
	v.field(2, "Undo", e.Undo)
	v.list(2, "Inventory", v.targets(e.Inventory))
	v.blank()
}

func numbered(steps []string) []string {
	out := make([]string, len(steps))
	for i, step := range steps {
		out[i] = fmt.Sprintf("%d. %s", i+1, step)
	}
	return out
}

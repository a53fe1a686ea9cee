package planview

import (
	"bufio"
	"bytes"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
)

// Fault shows a fault that was planned again, in lines like those of Render. When it
// begins and its seed are not among them: these the plan has shown.
func Fault(planned event.FaultPlanned, o Options) []string {
	var text bytes.Buffer
	out := bufio.NewWriter(&text)
	v := view{newPrinter(out, o), &plan.Plan{}, o, "the run's events.jsonl lists all"}
	f := faultOf(planned)
	v.heading(0, "Fault "+f.Address+" ("+f.Type+")", place(f.Source), v.style.fault)
	v.field(2, "Effect", f.Effect)
	v.faultTargets(2, plan.Experiment{}, f)
	v.consequences(2, f)
	v.warnings(planned.Warnings)
	_ = out.Flush() // to memory
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
}

func faultOf(p event.FaultPlanned) plan.Fault {
	f := plan.Fault{
		Address: p.Fault, Type: p.Type, Source: p.Source,
		FaultPlan: providers.FaultPlan{
			Effect: p.Effect, Targets: p.Targets, Eligible: p.Eligible, Population: p.Population,
			Radius: p.Radius, Undo: p.Undo, Guard: p.Guard, Adds: p.Adds, Locks: p.Locks,
		},
	}
	for _, right := range p.Permissions {
		f.Permissions = append(f.Permissions, providers.Permission{Action: right.Text, Held: right.Held, Detail: right.Detail})
	}
	return f
}

func (v view) warnings(all []event.Warning) {
	for _, w := range all {
		v.styledField(2, "Warning", w.Summary, v.style.warn)
		v.list(2, "", []string{w.Detail})
	}
}

package planview

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/runner/plan"
)

func (v view) experiment(e plan.Experiment) {
	v.heading(0, "Experiment "+e.Address, place(e.Source), v.style.title)
	if e.Description != "" {
		v.paragraph(2, e.Description, v.style.plain)
	}
	v.field(2, "Environment", e.Environment)
	v.field(2, "Labels", labels(e.Labels))
	v.field(2, "Weight", weight(e.Weight))
	v.list(2, "After", e.DependsOn)
	v.timeline(e)
	v.series("Load", e.Loads)
	v.series("Probes", e.Probes)
	v.assertions("Must hold", e.Assertions)
	v.assertions("Stops when", e.Stops)
	for _, f := range e.Faults {
		v.fault(e, f)
	}
	v.rollback(e)
	v.blank()
}

func labels(in map[string]string) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(in)) {
		out = append(out, key+" = "+in[key])
	}
	return strings.Join(out, ", ")
}

// weight says nothing about the default.
func weight(w float64) string {
	if w == 1 {
		return ""
	}
	return exact(w)
}

func (v view) section(name string) {
	v.blank()
	for _, line := range wrap(name, v.width-2) {
		v.write(2, v.style.section.on(line))
	}
}

func (v view) series(name string, all []plan.Series) {
	if len(all) == 0 {
		return
	}
	v.section(name)
	for _, s := range all {
		v.heading(4, s.Address+" ("+s.Type+")", place(s.Source), v.style.plain)
		v.summaryOf(s.Summary)
		v.write(6, v.style.dim.on(join(", ", interval(s.Interval), "time-out "+seconds(s.Timeout), inside(s.From))))
	}
}

// summaryOf is what a probe, a load or an action does; scripts that stand in a
// command are cut.
func (v view) summaryOf(text string) {
	if text != "" {
		v.paragraph(6, cut(text), v.style.plain)
	}
}

func inside(from string) string {
	if from == "" {
		return ""
	}
	return "from inside the " + from
}

func interval(s float64) string {
	if s == 0 {
		return ""
	}
	return "every " + seconds(s)
}

func (v view) assertions(name string, all []plan.Assertion) {
	if len(all) == 0 {
		return
	}
	v.section(name)
	for _, a := range all {
		v.heading(4, a.Address, place(a.Source), v.style.plain)
		v.paragraph(6, a.Condition, v.style.plain)
		v.paragraph(6, judged(a), v.style.dim)
	}
}

// judged says on what an assertion or a stop condition is judged.
func judged(a plan.Assertion) string {
	return join(", ", inPhases(a.Phases), window(a.Window), "at least "+count(a.MinSamples, "sample"))
}

func inPhases(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 3:
		return "in every phase"
	default:
		return "in " + strings.Join(names, " and ")
	}
}

func window(s float64) string {
	if s == 0 {
		return ""
	}
	return "on every window of " + seconds(s)
}

func (v view) rollback(e plan.Experiment) {
	if len(e.Rollback) == 0 {
		return
	}
	v.section("Rollback, after every fault is reverted")
	for i, a := range e.Rollback {
		v.heading(4, fmt.Sprintf("%d. %s (%s)", i+1, a.Address, a.Type), place(a.Source), v.style.plain)
		v.summaryOf(a.Summary)
	}
}

package planview

import (
	"fmt"

	"github.com/gameday-dev/gameday/runner/plan"
)

func (v view) suites() {
	for _, s := range v.plan.Suites {
		v.heading(0, "Suite "+s.Address, place(s.Source), v.style.title)
		v.field(2, "Gate", gate(s))
		v.list(2, "Experiments", s.Experiments)
		v.blank()
	}
}

func gate(s plan.Suite) string {
	if !s.HasGate {
		return "every experiment must pass"
	}
	return fmt.Sprintf("score at least %s, at most %d inconclusive", exact(s.MinScore), s.MaxInconclusive)
}

func (v view) findings() {
	for _, f := range v.plan.Findings {
		name, style := "Warning: ", v.style.warn
		if f.Severity == plan.SeverityError {
			name, style = "Error: ", v.style.bad
		}
		v.heading(0, name+f.Summary, place(f.Source), style)
		v.field(2, "Subject", f.Subject)
		v.field(2, "Kind", f.Kind)
		v.field(2, "Detail", f.Detail)
		v.blank()
	}
}

// summary is the line that people read first, and scripts look for: it is never
// wrapped.
func (v view) summary() {
	s := v.plan.Summary
	text := fmt.Sprintf("Plan: %s, %s on %s, about %s.",
		count(s.Experiments, "experiment"), count(s.Faults, "fault"), v.targetCount(), seconds(s.Seconds))
	if s.Experiments == 0 {
		text = "Plan: no experiments, nothing to inject."
	}
	if !v.opts.Apply {
		text += " Nothing has been changed."
	}
	v.write(0, v.style.title.on(text))
	if s.Errors > 0 {
		v.paragraph(0, "This plan cannot be applied: "+count(s.Errors, "error")+" above.", v.style.bad)
	}
	if s.Warnings > 0 {
		v.paragraph(0, count(s.Warnings, "warning")+" above.", v.style.warn)
	}
}

// targetCount says if some targets are yet to be known.
func (v view) targetCount() string {
	text := count(v.plan.Summary.Targets, "target")
	unknown := 0
	for _, e := range v.plan.Experiments {
		for _, f := range e.Faults {
			if f.Unknown != "" {
				unknown++
			}
		}
	}
	if unknown == 0 {
		return text
	}
	return fmt.Sprintf("%s (those of %s not known yet)", text, count(unknown, "fault"))
}

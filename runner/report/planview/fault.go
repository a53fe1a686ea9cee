package planview

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/plan"
)

// mostTargets is how many targets are listed before the rest is counted.
const mostTargets = 20

func (v view) fault(e plan.Experiment, f plan.Fault) {
	v.blank()
	v.heading(2, "Fault "+f.Address+" ("+f.Type+")", place(f.Source), v.style.fault)
	v.field(4, "Effect", f.Effect)
	v.field(4, "When", when(f))
	v.faultTargets(4, e, f)
	v.consequences(4, f)
	v.field(4, "Seed", fmt.Sprint(f.Seed))
}

// consequences are what the targets mean.
func (v view) consequences(indent int, f plan.Fault) {
	v.list(indent, "Radius", radius(f))
	v.field(indent, "Undo", f.Undo)
	v.field(indent, "Guard", guard(f.Guard))
	v.permissions(indent, f.Permissions)
	v.adds(indent, f.Adds)
	v.list(indent, "Locks", f.Locks)
}

func when(f plan.Fault) string {
	text := seconds(f.Start) + " into the fault phase, for " + seconds(f.Duration)
	if f.Start == 0 {
		text = "as the fault phase begins, for " + seconds(f.Duration)
	}
	if len(f.DependsOn) > 0 {
		text += ", once " + strings.Join(f.DependsOn, " and ") + " is active"
	}
	return text
}

// guard names what ends the fault if nobody is left to revert it; that there is
// nothing is worth knowing too.
func guard(text string) string {
	if text == "" {
		return "none: if gameday is killed, run gameday recover"
	}
	return "if gameday is killed: " + text
}

func (v view) faultTargets(indent int, e plan.Experiment, f plan.Fault) {
	if f.Unknown != "" {
		v.styledField(indent, "Targets", knownOnce(e, f), v.style.warn)
	}
	if f.Unknown == "" && len(f.Targets) == 0 {
		v.styledField(indent, "Targets", "none", v.style.warn)
	}
	name := "Targets"
	if f.Unknown != "" {
		name = "So far"
	}
	v.list(indent, name, v.targets(f.Targets))
}

func knownOnce(e plan.Experiment, f plan.Fault) string {
	if e.Environment == "" {
		return "not known yet: " + f.Unknown
	}
	return "known once " + e.Environment + " is up: " + f.Unknown
}

// targets lists targets, with their identity where they have one.
func (v view) targets(all []providers.Target) []string {
	shown := all
	if !v.opts.Full && len(all) > mostTargets {
		shown = all[:mostTargets]
	}
	var out []string
	for _, t := range shown {
		out = append(out, targetText(t))
	}
	if rest := len(all) - len(shown); rest > 0 {
		out = append(out, fmt.Sprintf("… and %d more (%s)", rest, v.allIn))
	}
	return out
}

func targetText(t providers.Target) string {
	text := t.Kind + "/" + t.Name
	if t.UID != "" {
		text += " (UID " + t.UID + ")"
	}
	if t.Owner != "" {
		text += ", owned by " + t.Owner
	}
	return text
}

// radius is the blast radius in numbers, then in the provider's words. What the
// provider says in the same numbers ("1 of 3 processes: payments") is not said
// twice, as the targets stand above.
func radius(f plan.Fault) []string {
	numbers := radiusNumbers(f)
	out := []string{numbers}
	for _, line := range f.Radius {
		said, _, _ := strings.Cut(line, ":")
		if !strings.HasPrefix(numbers, said+" (") {
			out = append(out, line)
		}
	}
	return out
}

func radiusNumbers(f plan.Fault) string {
	if f.Unknown != "" {
		return ""
	}
	of := f.Population
	if of == 0 { // a share of nobody knows how many
		return ""
	}
	n := len(f.Targets)
	text := fmt.Sprintf("%d of %s (%s %%)", n, count(of, kind(f.Targets)), number(100*float64(n)/float64(of)))
	if f.Eligible > n {
		text += fmt.Sprintf(", chosen from %d by the seed", f.Eligible)
	}
	return text
}

// kind is what all targets are, or just "target".
func kind(targets []providers.Target) string {
	if len(targets) == 0 {
		return "target"
	}
	for _, t := range targets {
		if t.Kind != targets[0].Kind {
			return "target"
		}
	}
	return targets[0].Kind
}

func (v view) permissions(indent int, all []providers.Permission) {
	name := "Permissions"
	for _, p := range all {
		status, style := "held: ", v.style.plain
		if !p.Held {
			status, style = "MISSING: ", v.style.bad
		}
		text := status + p.Action
		if p.Detail != "" {
			text += " (" + p.Detail + ")"
		}
		v.styledField(indent, name, text, style)
		name = ""
	}
}

// adds shows the objects that a fault adds as they are: their indentation says what belongs to what.
func (v view) adds(indent int, objects []string) {
	name := "Adds"
	for i, object := range objects {
		if i > 0 {
			v.write(indent+labelWidth, "---")
		}
		for line := range strings.SplitSeq(object, "\n") {
			v.write(indent, v.style.label.on(fill(name, labelWidth))+clean(line))
			name = ""
		}
	}
}

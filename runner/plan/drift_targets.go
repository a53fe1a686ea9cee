package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
)

// TargetChanges tells how targets differ from planned ones: which are gone, new,
// or replaced. A planned target without UID was not there yet, and is found by
// its name.
func TargetChanges(subject string, planned, now []providers.Target) []Change {
	return driftTargets(subject, planned, asPlanned(planned, now))
}

// FaultChanges are TargetChanges of all that a fault names: its targets and the other ends.
func FaultChanges(subject string, planned, now providers.FaultPlan) []Change {
	return append(TargetChanges(subject, planned.Targets, now.Targets), TargetChanges(subject+": other end", planned.Ends, now.Ends)...)
}

// asPlanned are the targets of now, without the UIDs that the plan could not know.
func asPlanned(planned, now []providers.Target) []providers.Target {
	expected := map[[2]string]bool{}
	for _, t := range planned {
		if t.UID == "" {
			expected[[2]string{t.Kind, t.Name}] = true
		}
	}
	now = slices.Clone(now)
	for i := range now {
		if expected[[2]string{now[i].Kind, now[i].Name}] {
			now[i].UID = ""
		}
	}
	return now
}

// AboutTargets reports whether changes are of nothing but what faults would act
// on, and of what that means: the cluster moved on, and nobody edited anything.
func AboutTargets(changes []Change) bool {
	return !slices.ContainsFunc(changes, func(c Change) bool { return c.Kind != ChangedTarget && c.Kind != ChangedFinding })
}

// New are the targets of now that were not planned.
func New(planned, now []providers.Target) []providers.Target {
	known := map[[3]string]bool{}
	for _, t := range planned {
		known[[3]string{t.Kind, t.Name, t.UID}] = true
	}
	return slices.DeleteFunc(asPlanned(planned, now), func(t providers.Target) bool { return known[[3]string{t.Kind, t.Name, t.UID}] })
}

// Replaced reports whether targets are others of the same owners: as many of each
// kind and owner as planned. It is what a controller makes of pods that are
// killed. Targets without an owner must be the same.
func Replaced(planned, now []providers.Target) bool {
	return slices.Equal(lineage(planned), lineage(asPlanned(planned, now)))
}

func lineage(targets []providers.Target) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		out[i] = t.Kind + " of " + namespaceOf(t) + "/" + t.Owner
		if t.Owner == "" {
			out[i] = t.Kind + "/" + t.Name + " " + t.UID
		}
	}
	slices.Sort(out)
	return out
}

// driftReach compares what the targets mean: how many there are to choose from,
// what harming them harms, and where.
func driftReach(subject string, f, g Fault) []Change {
	return slices.Concat(
		compare(ChangedTarget, subject+": blast radius", reachText(f.FaultPlan), reachText(g.FaultPlan)),
		compare(ChangedTarget, subject+": namespaces beside those of its targets", strings.Join(f.Namespaces, ", "), strings.Join(g.Namespaces, ", ")),
	)
}

func reachText(f providers.FaultPlan) string {
	counts := fmt.Sprintf("%d eligible of %d%s", f.Eligible, f.Population, scopeText(f.Counted))
	if f.AtEnds {
		counts += fmt.Sprintf(", and %d at the other ends of %d", len(f.Ends), f.EndsPopulation)
	}
	return strings.Join(append([]string{counts}, f.Radius...), "; ")
}

// scopeText is " (deployment, statefulset in a, b)", empty where a provider does not say what it has counted.
func scopeText(s providers.Scope) string {
	s = sortedScope(s)
	if len(s.Kinds) == 0 {
		return ""
	}
	text := strings.Join(s.Kinds, ", ")
	if len(s.Namespaces) > 0 {
		text += " in " + strings.Join(s.Namespaces, ", ")
	}
	return " (" + text + ")"
}

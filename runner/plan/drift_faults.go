package plan

import (
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
)

// driftFault compares one fault. What it does, how it is undone and what guards it may
// follow from its targets: where these have changed and nobody has edited anything, it
// is a change of targets, too.
func driftFault(subject string, f, g Fault, edited bool) []Change {
	changes := append(driftTargets(subject, f.Targets, g.Targets), driftTargets(subject+": other end", f.Ends, g.Ends)...)
	changes = append(changes, compare(ChangedTarget, subject, f.Unknown, g.Unknown)...)
	changes = append(changes, driftReach(subject, f, g)...)
	kind := ChangedExperiment
	if len(changes) > 0 && !edited {
		kind = ChangedTarget
	}
	changes = append(changes, driftWords(kind, subject, f, g)...)
	changes = append(changes, driftNeeds(subject, f, g)...)
	if len(changes) == 0 && !same(f.Adds, g.Adds) { // with other targets it names these
		changes = append(changes, Change{Kind: ChangedTarget, Subject: subject + ": what it adds"})
	}
	if !same(decided(f), decided(g)) {
		changes = append(changes, Change{Kind: ChangedExperiment, Subject: subject})
	}
	return changes
}

func driftWords(kind ChangeKind, subject string, f, g Fault) []Change {
	return slices.Concat(
		compare(kind, subject+": effect", f.Effect, g.Effect),
		compare(kind, subject+": undo", f.Undo, g.Undo),
		compare(kind, subject+": guard", f.Guard, g.Guard),
	)
}

// driftNeeds compares what a fault needs for the targets that it has: with the same
// configuration, nothing else decides it.
func driftNeeds(subject string, f, g Fault) []Change {
	permission := func(p providers.Permission) (string, string) {
		return subject + ": permission to " + p.Action, permissionText(p)
	}
	return append(
		compareNamed(ChangedTarget, f.Permissions, g.Permissions, permission),
		compare(ChangedTarget, subject+": locks", strings.Join(f.Locks, ", "), strings.Join(g.Locks, ", "))...,
	)
}

func permissionText(p providers.Permission) string {
	text := "missing"
	if p.Held {
		text = "held"
	}
	if p.Detail != "" {
		text += " (" + p.Detail + ")"
	}
	return text
}

// decided is what of a fault the configuration alone decides.
func decided(f Fault) Fault {
	f.FaultPlan = providers.FaultPlan{Dynamic: f.Dynamic}
	return f
}

package plan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
)

func driftEnvironments(saved, now *Plan) []Change {
	was, is := byAddress(saved.Environments, environmentAddress), byAddress(now.Environments, environmentAddress)
	return driftEach(ChangedEnvironment, was, is, func(e Environment) string { return e.Summary }, driftEnvironment)
}

// driftEach tells what came and what went, and has what stayed compared.
func driftEach[T any](kind ChangeKind, was, is map[string]T, text func(T) string, both func(a, b T) []Change) []Change {
	var changes []Change
	for _, address := range union(was, is) {
		a, hadIt := was[address]
		b, hasIt := is[address]
		switch {
		case !hadIt:
			changes = append(changes, Change{kind, address, "", text(b)})
		case !hasIt:
			changes = append(changes, Change{kind, address, text(a), ""})
		default:
			changes = append(changes, both(a, b)...)
		}
	}
	return changes
}

func driftEnvironment(a, b Environment) []Change {
	changes := driftTargets(a.Address, a.Inventory, b.Inventory)
	for i := range changes {
		changes[i].Kind = ChangedEnvironment
	}
	a.Inventory, b.Inventory = nil, nil
	steps := driftSteps(a, b)
	changes = append(changes, steps...)
	if len(steps) > 0 && a.Type == b.Type && a.Summary == b.Summary {
		a.Steps, b.Steps = nil, nil // told
	}
	if !same(a, b) {
		return append(changes, texts(ChangedEnvironment, a.Address, a.Type+", "+a.Summary, b.Type+", "+b.Summary))
	}
	return changes
}

// driftSteps tells which steps are others: only these say what is brought into an environment, such as manifests by their
// digests.
func driftSteps(a, b Environment) []Change {
	without := func(steps, others []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(steps), func(s string) bool { return slices.Contains(others, s) }), "; ")
	}
	return compare(ChangedEnvironment, a.Address+": steps", without(a.Steps, b.Steps), without(b.Steps, a.Steps))
}

func driftExperiments(saved, now *Plan) []Change {
	was, is := byAddress(saved.Experiments, experimentAddress), byAddress(now.Experiments, experimentAddress)
	edited := len(driftConfiguration(saved, now)) > 0
	return driftEach(ChangedExperiment, was, is, func(Experiment) string { return "planned" }, func(a, b Experiment) []Change {
		return driftExperiment(a, b, edited)
	})
}

// driftExperiment names the faults that differ, then says whether anything else
// does.
func driftExperiment(a, b Experiment, edited bool) []Change {
	was, is := byAddress(a.Faults, faultAddress), byAddress(b.Faults, faultAddress)
	var changes []Change
	for _, address := range union(was, is) {
		subject := a.Address + "." + address
		f, hadIt := was[address]
		g, hasIt := is[address]
		if hadIt != hasIt {
			changes = append(changes, Change{ChangedExperiment, subject, f.Effect, g.Effect})
			continue
		}
		changes = append(changes, driftFault(subject, f, g, edited)...)
	}
	a.Faults, b.Faults = nil, nil
	if !same(a, b) {
		changes = append(changes, Change{ChangedExperiment, a.Address, "", ""})
	}
	return changes
}

// driftTargets compares targets by kind and name; one with another UID was
// replaced.
func driftTargets(subject string, saved, now []providers.Target) []Change {
	describe := func(t providers.Target) (string, string) {
		if t.UID == "" {
			return subject + ": " + t.Kind + "/" + t.Name, t.Name
		}
		return subject + ": " + t.Kind + "/" + t.Name, "UID " + t.UID
	}
	return compareNamed(ChangedTarget, saved, now, describe)
}

// texts is a change told by two texts, or by none if those do not show it.
func texts(kind ChangeKind, subject, was, is string) Change {
	if was == is {
		return Change{Kind: kind, Subject: subject}
	}
	return Change{kind, subject, was, is}
}

func environmentAddress(e Environment) string { return e.Address }
func experimentAddress(e Experiment) string   { return e.Address }
func faultAddress(f Fault) string             { return f.Address }

func byAddress[T any](list []T, address func(T) string) map[string]T {
	out := make(map[string]T, len(list))
	for _, element := range list {
		out[address(element)] = element
	}
	return out
}

// same compares as plan files would.
func same(a, b any) bool {
	x, errX := canonical(a)
	y, errY := canonical(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

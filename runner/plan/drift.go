package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/schema/lang"
)

// ChangeKind says what a Change is about.
type ChangeKind string

// The kinds of change, in the order in which Drift lists them.
const (
	ChangedGameday     ChangeKind = "gameday"     // its version
	ChangedProvider    ChangeKind = "provider"    // its version, or which are used
	ChangedOption      ChangeKind = "option"      // directory, seed, -target
	ChangedFile        ChangeKind = "file"        // by digest
	ChangedVariable    ChangeKind = "variable"    // by value; sensitive ones: see CheckSensitive
	ChangedEnvironment ChangeKind = "environment" // its type, steps, inventory
	ChangedExperiment  ChangeKind = "experiment"  // there or not, or anything in it but targets and what follows from them
	ChangedTarget      ChangeKind = "target"      // gone, new, or replaced, and what follows from that
	ChangedFinding     ChangeKind = "finding"     // policy, permission, provider
	ChangedPlan        ChangeKind = "plan"        // anything else
)

// A Change is one way in which a plan made now differs from a saved one.
type Change struct {
	Kind    ChangeKind `json:"kind"`
	Subject string     `json:"subject"` // file name, address, "experiment.x.fault.y: process/z"
	Was     string     `json:"was"`     // empty for what was not there
	Is      string     `json:"is"`      // empty for what is gone
}

// String says it in one line for people.
func (c Change) String() string {
	subject := strings.TrimSpace(string(c.Kind) + " " + c.Subject)
	switch {
	case c.Was == "" && c.Is == "":
		return subject + " changed"
	case c.Was == "":
		return fmt.Sprintf("%s is new: %s", subject, c.Is)
	case c.Is == "":
		return fmt.Sprintf("%s is gone: was %s", subject, c.Was)
	default:
		return fmt.Sprintf("%s changed: was %s, is %s", subject, c.Was, c.Is)
	}
}

// Drift lists how the world and the configuration moved away from a saved plan:
// now is the plan that the same request gives now. None means that applying the
// saved plan does exactly what it shows.
func Drift(saved, now *Plan) []Change {
	changes := slices.Concat(
		driftConfiguration(saved, now),
		driftEnvironments(saved, now),
		driftExperiments(saved, now),
		driftFindings(saved, now),
	)
	if len(changes) == 0 && Digest(saved) != Digest(now) {
		return []Change{{Kind: ChangedPlan, Was: Digest(saved), Is: Digest(now)}}
	}
	return changes
}

// driftConfiguration compares everything that a person decides. Where it is the same,
// the rest of a plan can only have followed the world.
func driftConfiguration(saved, now *Plan) []Change {
	return slices.Concat(
		compare(ChangedGameday, "", saved.Gameday, now.Gameday),
		driftProviders(saved, now),
		driftOptions(saved, now),
		driftFiles(saved, now),
		driftVariables(saved, now),
	)
}

func compare(kind ChangeKind, subject, was, is string) []Change {
	if was == is {
		return nil
	}
	return []Change{{kind, subject, was, is}}
}

func driftProviders(saved, now *Plan) []Change {
	version := func(p Provider) (string, string) { return p.Name, p.Version }
	return compareNamed(ChangedProvider, saved.Providers, now.Providers, version)
}

func driftOptions(saved, now *Plan) []Change {
	return slices.Concat(
		compare(ChangedOption, "directory", saved.Dir, now.Dir),
		compare(ChangedOption, "seed", fmt.Sprint(saved.Seed), fmt.Sprint(now.Seed)),
		compare(ChangedOption, "-target", strings.Join(saved.Targeted, " "), strings.Join(now.Targeted, " ")),
	)
}

func driftFiles(saved, now *Plan) []Change {
	state := func(f File) (string, string) { return f.Name, fileText(f) }
	return compareNamed(ChangedFile, saved.Files, now.Files, state)
}

func fileText(f File) string {
	switch {
	case f.Missing:
		return "not there"
	case f.SHA256 == "":
		return "there"
	default:
		return "sha256 " + short(f.SHA256)
	}
}

func driftVariables(saved, now *Plan) []Change {
	value := func(v Variable) (string, string) {
		if v.Sensitive {
			return v.Name, lang.Redacted + " of type " + v.Type
		}
		return v.Name, v.Value
	}
	return compareNamed(ChangedVariable, saved.Variables, now.Variables, value)
}

func driftFindings(saved, now *Plan) []Change {
	text := func(f Finding) (string, string) {
		return f.Subject + ": " + f.Summary, cmp.Or(f.Detail, f.Severity)
	}
	return compareNamed(ChangedFinding, saved.Findings, now.Findings, text)
}

// compareNamed compares two lists of named things by their names, and lists
// the differences by name.
func compareNamed[T any](kind ChangeKind, saved, now []T, describe func(T) (name, text string)) []Change {
	was, is := describeAll(saved, describe), describeAll(now, describe)
	var changes []Change
	for _, name := range union(was, is) {
		changes = append(changes, compare(kind, name, was[name], is[name])...)
	}
	return changes
}

func describeAll[T any](list []T, describe func(T) (name, text string)) map[string]string {
	out := make(map[string]string, len(list))
	for _, element := range list {
		name, text := describe(element)
		out[name] = text
	}
	return out
}

func union[V any](a, b map[string]V) []string {
	return sortedSet(append(sortedKeys(a), sortedKeys(b)...))
}

// short is enough of a digest to tell two apart by eye.
func short(digest string) string { return digest[:min(len(digest), 12)] }

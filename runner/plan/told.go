package plan

import (
	"fmt"
	"slices"

	"github.com/gameday-dev/gameday/providers"
)

// Told is a fault that was planned again, and what was warned of then, as Build
// would have it in a plan: sorted, without secrets, with short paths.
func Told(p providers.FaultPlan, warnings []Finding, secrets []string) (providers.FaultPlan, []Finding) {
	r := newRewriter(newRedactor(secrets))
	p, warnings = normalize(p), slices.Clone(warnings)
	r.fault(&p)
	r.findings(warnings)
	return p, warnings
}

// WarningsOf are the warnings about the plan of a fault among findings: by its provider
// and by the policy.
func WarningsOf(findings []Finding, fault string) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool {
		return f.Subject != fault || f.Severity != SeverityWarning || f.Kind != KindProvider && f.Kind != KindPolicy
	})
}

// Differences names what a reader was told otherwise of a fault than it is now. Which
// targets it has is not among it.
func Differences(was, is providers.FaultPlan, warnedOf, warnings []Finding) []string {
	var out []string
	differ := func(name string, same bool) {
		if !same {
			out = append(out, name)
		}
	}
	differ("effect", was.Effect == is.Effect)
	differ("radius", shareText(was) == shareText(is))
	differ("undo", was.Undo == is.Undo)
	differ("guard", was.Guard == is.Guard)
	differ("permissions", slices.Equal(was.Permissions, is.Permissions))
	differ("what it adds", slices.Equal(was.Adds, is.Adds))
	differ("locks", slices.Equal(was.Locks, is.Locks))
	differ("warnings", slices.Equal(warningTexts(warnedOf), warningTexts(warnings)))
	return out
}

func shareText(p providers.FaultPlan) string {
	return fmt.Sprintf("%d of %s", len(p.Targets), reachText(p))
}

func warningTexts(warnings []Finding) []string {
	return sortedSet(each(warnings, func(f Finding) string { return f.Summary + ": " + f.Detail }))
}

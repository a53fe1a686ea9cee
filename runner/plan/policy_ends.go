package plan

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// endsOf is what a fault does at the other ends of traffic, as a fault by itself: whoever owns a pod does not ask for which
// of the two it was named. False where it does nothing there. What the number of all ends was counted of is not told, so that
// they are held against the targets of all faults.
func endsOf(f Fault) (Fault, bool) {
	if !f.AtEnds || len(f.Ends) == 0 {
		return Fault{}, false
	}
	f.FaultPlan = providers.FaultPlan{Targets: f.Ends, Population: f.EndsPopulation}
	return f, true
}

// withEnds are faults, and those that they are at the other ends.
func withEnds(faults []Fault) []Fault {
	var out []Fault
	for _, f := range faults {
		out = append(out, f)
		if ends, acts := endsOf(f); acts {
			out = append(out, ends)
		}
	}
	return out
}

// checkEnds is checkRadius for the other ends.
func checkEnds(policy resolve.Policy, e Experiment, f Fault) []Finding {
	ends, acts := endsOf(f)
	if !acts {
		return nil
	}
	findings := checkRadius(policy, e, ends)
	for i := range findings {
		findings[i].Detail = "The other ends, at which it acts, too: " + findings[i].Detail
	}
	return findings
}

// together says what is counted: with a single fault it is what that does at both ends.
func together(faults []Fault) string {
	if len(faults) == 1 {
		return "The targets and the other ends together"
	}
	return "The faults of this experiment together"
}

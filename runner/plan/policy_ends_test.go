package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// reaching has a fault act at other ends, which are a share of so many.
func reaching(f Fault, population int, names ...string) Fault {
	f.Ends, f.AtEnds, f.EndsPopulation = on("pod", 0, names...).Targets, true, population
	return f
}

// TestEndsAreCounted: a fault that acts at the other ends hits these as it hits its targets.
func TestEndsAreCounted(t *testing.T) {
	const allowed = ", where max_targets_percent allows 20 % (p.gameday.hcl:4). Choose fewer in the target block."
	told := on("pod", 10, "a/1")
	told.Ends = on("pod", 0, "a/2", "a/3", "a/4").Targets
	for name, c := range map[string]struct {
		faults []Fault
		want   []string
	}{
		"that are few":             {[]Fault{reaching(on("pod", 10, "a/1"), 10, "a/2")}, nil},
		"that it is only told of":  {[]Fault{told}, nil},
		"that are its targets":     {[]Fault{reaching(on("pod", 10, "a/1", "a/2"), 10, "a/1", "a/2")}, nil},
		"that are many":            {[]Fault{reaching(on("pod", 10, "a/1"), 10, "a/2", "a/3", "a/4")}, []string{"The other ends, at which it acts, too: 3 of 10 targets (30 %)" + allowed}},
		"that are many with these": {[]Fault{reaching(on("pod", 10, "a/1", "a/2"), 10, "a/3", "a/4")}, []string{"The targets and the other ends together: 4 of 10 targets (40 %)" + allowed}},
		"many of another place":    {[]Fault{reaching(on("pod", 10, "a/1"), 4, "b/1")}, []string{"The other ends, at which it acts, too: 1 of 4 targets (25 %)" + allowed}},
		"of several faults": {
			[]Fault{reaching(on("pod", 10, "a/1"), 10, "a/2"), on("pod", 10, "a/3")},
			[]string{"The faults of this experiment together: 3 of 10 targets (30 %)" + allowed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range Check(atMost(20), Experiment{Address: "experiment.x", Faults: c.faults}) {
				assert.Equal(t, SeverityError, f.Severity)
				got = append(got, f.Detail)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestEndsAreProtected: by what they are called, whatever else a provider names.
func TestEndsAreProtected(t *testing.T) {
	f := reaching(on("pod", 10, "a/1"), 10, "bank/1")
	policy := resolve.Policy{ProtectedNamespaces: []string{"bank"}}
	assert.Len(t, protected(policy, &resolve.Fault{}, schema.Values{}, f.FaultPlan), 1)
	f.AtEnds = false
	assert.Empty(t, protected(policy, &resolve.Fault{}, schema.Values{}, f.FaultPlan))
}

// TestEndsOverlap: of two experiments, one acts at a pod as its target and one at the other end.
func TestEndsOverlap(t *testing.T) {
	pod := providers.Target{Kind: "pod", Name: "a/2", UID: "u2"}
	a := Experiment{Address: "experiment.a", Environment: "environment.a", Faults: []Fault{{Address: "fault.f", FaultPlan: providers.FaultPlan{Ends: []providers.Target{pod}, AtEnds: true}}}}
	b := Experiment{Address: "experiment.b", Environment: "environment.b", Faults: []Fault{{Address: "fault.g", FaultPlan: providers.FaultPlan{Targets: []providers.Target{pod}}}}}
	assert.True(t, Overlap(a, b))
	a.Faults[0].AtEnds = false
	assert.False(t, Overlap(a, b))
}

package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
)

// on is a fault on things of a kind, of which its provider has counted a number.
func on(kind string, population int, names ...string) Fault {
	f := onProcesses(population, names...)
	for i := range f.Targets {
		f.Targets[i] = providers.Target{Kind: kind, Name: names[i]}
	}
	return f
}

// TestFaultsTogether: a share is one of the same things.
func TestFaultsTogether(t *testing.T) {
	const together = "The faults of this experiment together"
	for name, c := range map[string]struct {
		percent float64
		faults  []Fault
		want    []string
	}{
		"of the same namespace": {
			60,
			[]Fault{on("pod", 4, "a/1", "a/2"), on("pod", 4, "a/3")},
			[]string{together + " in a: 3 of 4 targets (75 %), where max_targets_percent allows 60 % (p.gameday.hcl:4). Choose fewer in the target block."},
		},
		"of two namespaces": {60, []Fault{on("pod", 4, "a/1", "a/2"), on("pod", 4, "b/1", "b/2")}, nil},
		"of two kinds":      {60, []Fault{on("pod", 4, "a/1", "a/2"), on("service", 4, "a/1", "a/2")}, nil},
		"of one, and of more": {
			60,
			[]Fault{on("pod", 4, "a/1", "a/2"), on("pod", 8, "a/3", "b/1")},
			[]string{together + " in a: 3 of 4 targets (75 %), where max_targets_percent allows 60 % (p.gameday.hcl:4). Choose fewer in the target block."},
		},
		"of more than one, all counted": {
			60,
			[]Fault{on("pod", 8, "a/1", "b/1", "b/2"), on("pod", 8, "a/2", "a/3", "b/3")},
			[]string{together + " in a, b: 6 of 8 targets (75 %), where max_targets_percent allows 60 % (p.gameday.hcl:4). Choose fewer in the target block."},
		},
		"where one counted more": {
			60,
			[]Fault{on("deployment", 9, "a/1"), on("deployment", 3, "a/2")},
			[]string{together + " in a: 2 of 3 targets (66.7 %), where max_targets_percent allows 60 % (p.gameday.hcl:4). Choose fewer in the target block."},
		},
		"of no namespace, or of the namespaces themselves": {
			60,
			[]Fault{on("namespace", 3, "a"), on("namespace", 3, "b")},
			[]string{together + ": 2 of 3 targets (66.7 %), where max_targets_percent allows 60 % (p.gameday.hcl:4). Choose fewer in the target block."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range Check(atMost(c.percent), Experiment{Address: "experiment.x", Faults: c.faults}) {
				assert.Equal(t, SeverityError, f.Severity)
				assert.Equal(t, "experiment.x", f.Subject)
				got = append(got, f.Detail)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestWhatIsNotCountedHidesNothing: what is known of the others is judged all the same.
func TestWhatIsNotCountedHidesNothing(t *testing.T) {
	byName := on("configmap", 0, "a/settings")
	got := Check(atMost(60), Experiment{Address: "experiment.x", Faults: []Fault{byName, on("pod", 4, "a/1", "a/2"), on("pod", 4, "a/3")}})
	var severities []string
	for _, f := range got {
		severities = append(severities, f.Severity)
	}
	assert.Equal(t, []string{SeverityWarning, SeverityError}, severities)
	assert.Len(t, Check(atMost(60), Experiment{Address: "experiment.x", Faults: []Fault{byName, byName}}), 2, "each says so, and both together not again")
}

package plan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// on is a fault on things of a kind, of which its provider gives a number and does not say what it has counted.
func on(kind string, population int, names ...string) Fault {
	f := onProcesses(population, names...)
	for i := range f.Targets {
		f.Targets[i] = providers.Target{Kind: kind, Name: names[i]}
	}
	return f
}

// of is a fault whose provider says what it has counted: all of its kinds in some namespaces.
func of(kinds, namespaces []string, population int, targets ...string) Fault {
	f := Fault{Address: "fault.f", FaultPlan: providers.FaultPlan{Population: population, Eligible: len(targets)}}
	f.Counted = providers.Scope{Kinds: kinds, Namespaces: namespaces}
	for _, target := range targets {
		kind, name, _ := strings.Cut(target, " ")
		f.Targets = append(f.Targets, providers.Target{Kind: kind, Name: name})
	}
	return f
}

// TestFaultsTogether: a share is one of what was counted, whatever of it each fault hits.
func TestFaultsTogether(t *testing.T) {
	const allowed = "where max_targets_percent allows 60 % (p.gameday.hcl:4). Choose fewer in the target block."
	pod, inA, inB, inBoth := []string{"pod"}, []string{"a"}, []string{"b"}, []string{"a", "b"}
	workload := []string{"deployment", "statefulset"}
	for name, c := range map[string]struct {
		faults []Fault
		want   []string
	}{
		"of the same namespace": {
			[]Fault{of(pod, inA, 4, "pod a/1", "pod a/2"), of(pod, inA, 4, "pod a/3")},
			[]string{" in a: 3 of 4 targets (75 %), "},
		},
		"of two namespaces": {[]Fault{of(pod, inA, 4, "pod a/1", "pod a/2"), of(pod, inB, 4, "pod b/1", "pod b/2")}, nil},
		"of two kinds":      {[]Fault{of(pod, inA, 4, "pod a/1", "pod a/2"), of([]string{"service"}, inA, 4, "service a/1", "service a/2")}, nil},
		"a namespace each of two that both count": {
			[]Fault{of(pod, inBoth, 4, "pod a/1", "pod a/2"), of(pod, []string{"b", "a", "b"}, 4, "pod b/1", "pod b/2")},
			[]string{" in a, b: 4 of 4 targets (100 %), "},
		},
		"some of each kind of two that both count": {
			[]Fault{of(workload, inA, 4, "deployment a/1", "statefulset a/1"), of([]string{"statefulset", "deployment"}, inA, 4, "deployment a/2", "statefulset a/2")},
			[]string{" in a: 4 of 4 targets (100 %), "},
		},
		"one kind, and both": {
			[]Fault{of(workload, inA, 8, "deployment a/1", "statefulset a/1"), of(workload[:1], inA, 3, "deployment a/2")},
			[]string{" in a: 2 of 3 targets (66.7 %), "},
		},
		"the same twice": {[]Fault{of(pod, inA, 4, "pod a/1", "pod a/2"), of(pod, inA, 4, "pod a/2")}, nil},
		"of one, and of more": {
			[]Fault{of(pod, inA, 4, "pod a/1", "pod a/2"), of(pod, inBoth, 8, "pod a/3", "pod b/1")},
			[]string{" in a: 3 of 4 targets (75 %), "},
		},
		"of more than one": {
			[]Fault{of(pod, inBoth, 8, "pod a/1", "pod b/1", "pod b/2"), of(pod, inBoth, 8, "pod a/2", "pod a/3", "pod b/3")},
			[]string{" in a, b: 6 of 8 targets (75 %), "},
		},
		"of one and of everywhere": {
			[]Fault{of(pod, inA, 4, "pod a/1", "pod a/2"), of(pod, nil, 6, "pod b/1", "pod b/2")},
			[]string{": 4 of 6 targets (66.7 %), "},
		},
		"where one counted more": {
			[]Fault{of(pod, inA, 9, "pod a/1"), of(pod, inA, 0), of(pod, inA, 3, "pod a/2")},
			[]string{" in a: 2 of 3 targets (66.7 %), "},
		},
		"of the namespaces themselves": {
			[]Fault{of([]string{"namespace"}, nil, 3, "namespace a"), of([]string{"namespace"}, nil, 3, "namespace b")},
			[]string{": 2 of 3 targets (66.7 %), "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, numbers := range c.want {
				want = append(want, "The faults of this experiment together"+numbers+allowed)
			}
			assert.Equal(t, want, faultsTogether(t, atMost(60), c.faults))
		})
	}
}

// together is what is found of an experiment of which no fault alone is too large.
func faultsTogether(t *testing.T, policy resolve.Policy, faults []Fault) []string {
	t.Helper()
	var details []string
	for _, f := range Check(policy, Experiment{Address: "experiment.x", Faults: faults}) {
		assert.Equal(t, SeverityError, f.Severity)
		assert.Equal(t, "experiment.x", f.Subject)
		details = append(details, f.Detail)
	}
	return details
}

// TestFaultsTogetherOfProvidersThatDoNotSay what they have counted: it may have been anything that is around the targets.
func TestFaultsTogetherOfProvidersThatDoNotSay(t *testing.T) {
	elsewhere := of([]string{"pod"}, []string{"b"}, 4, "pod a/3")
	mixed := func(wave string) Fault {
		return of(nil, nil, 4, "deployment a/"+wave, "statefulset a/"+wave)
	}
	for name, c := range map[string]struct {
		faults []Fault
		want   string // empty: nothing found
	}{
		"the same namespace":            {[]Fault{on("pod", 4, "a/1", "a/2"), on("pod", 4, "a/3")}, "together: 3 of 4 targets (75 %)"},
		"a namespace each":              {[]Fault{on("pod", 4, "a/1", "a/2"), on("pod", 4, "b/1", "b/2")}, "together: 4 of 4 targets (100 %)"},
		"some of each kind":             {[]Fault{mixed("1"), mixed("2")}, "together: 4 of 4 targets (100 %)"},
		"different numbers":             {[]Fault{on("deployment", 9, "a/1"), on("deployment", 3, "a/2")}, "together: 2 of 3 targets (66.7 %)"},
		"kinds of which each is a part": {[]Fault{on("pod", 4, "a/1", "a/2"), on("service", 4, "a/1", "a/2")}, ""},
		"small enough":                  {[]Fault{on("pod", 4, "a/1"), on("pod", 4, "b/1")}, ""},
		"one does, one does not":        {[]Fault{of([]string{"pod"}, []string{"a"}, 8, "pod a/1", "pod a/2"), on("pod", 4, "b/1")}, "together: 3 of 4 targets (75 %)"},
		"what they say cannot be":       {[]Fault{on("pod", 4, "a/1", "a/2"), elsewhere}, "together: 3 of 4 targets (75 %)"},
	} {
		t.Run(name, func(t *testing.T) {
			got := faultsTogether(t, atMost(60), c.faults)
			if c.want == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Contains(t, got[0], c.want)
		})
	}
}

// TestFaultsTogetherOnceMore: at apply, what is counted then decides.
func TestFaultsTogetherOnceMore(t *testing.T) {
	inBoth := func(targets ...string) Fault { return of([]string{"pod"}, []string{"a", "b"}, 4, targets...) }
	planned := Experiment{Address: "experiment.x", Faults: []Fault{inBoth("pod a/1"), inBoth("pod b/1")}}
	planned.Faults[1].Address = "fault.g"
	assert.Empty(t, Check(atMost(60), planned))

	bound := map[string]Bound{}
	for i, f := range []Fault{inBoth("pod a/1", "pod a/2"), inBoth("pod b/1", "pod b/2")} {
		bound[planned.Faults[i].Address] = Bound{Def: &resolve.Fault{}, Plan: f.FaultPlan}
	}
	found := Recheck(atMost(60), planned, providers.EnvironmentState{}, bound)
	require.Len(t, found, 1)
	assert.Contains(t, found[0].Detail, "together in a, b: 4 of 4 targets (100 %)")
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

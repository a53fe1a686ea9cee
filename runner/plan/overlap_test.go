package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
)

func TestOverlap(t *testing.T) {
	on := func(address, environment string, targets []providers.Target, locks ...string) Experiment {
		return Experiment{Address: address, Environment: environment, Faults: []Fault{{
			Address: "fault.f", FaultPlan: providers.FaultPlan{Targets: targets, Locks: locks},
		}}}
	}
	process := func(name, uid string) []providers.Target {
		return []providers.Target{{Kind: "process", Name: name, UID: uid}}
	}
	after := on("experiment.b", "environment.two", nil)
	after.DependsOn = []string{"experiment.a"}

	tests := map[string]struct {
		a, b Experiment
		want string
	}{
		"nothing shared":                  {on("experiment.a", "environment.one", process("x", "")), on("experiment.b", "environment.two", process("x", "")), ""},
		"same environment, other targets": {on("experiment.a", "environment.one", process("x", "")), on("experiment.b", "environment.one", process("y", "")), "both run in environment.one"},
		"same UID":                        {on("experiment.a", "environment.one", process("x", "u")), on("experiment.b", "environment.two", process("x", "u")), "experiment.a.fault.f and experiment.b.fault.f both act on process x (u)"},
		"other UID":                       {on("experiment.a", "environment.one", process("x", "u")), on("experiment.b", "environment.two", process("x", "v")), ""},
		"same lock":                       {on("experiment.a", "environment.one", nil, "machine/cpu"), on("experiment.b", "environment.two", nil, "machine/cpu"), "experiment.a.fault.f and experiment.b.fault.f both act on lock machine/cpu"},
		"other lock":                      {on("experiment.a", "environment.one", nil, "machine/cpu"), on("experiment.b", "environment.two", nil, "machine/disk"), ""},
		"no environment, same target":     {on("experiment.a", "", process("x", "")), on("experiment.b", "", process("x", "")), "experiment.a.fault.f and experiment.b.fault.f both act on process x"},
		"no environment, nothing shared":  {on("experiment.a", "", process("x", "")), on("experiment.b", "", process("y", "")), ""},
		"dependency":                      {on("experiment.a", "environment.one", nil), after, "one depends on the other"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, OverlapReason(test.a, test.b))
			assert.Equal(t, test.want != "", Overlap(test.a, test.b))
			assert.Equal(t, Overlap(test.a, test.b), Overlap(test.b, test.a), "symmetric")
		})
	}
}

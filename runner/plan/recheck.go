package plan

import (
	"slices"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// Bound is a fault that was planned again, on an environment that is up.
type Bound struct {
	Def    *resolve.Fault
	Config schema.Values
	Plan   providers.FaultPlan
}

// Recheck holds an experiment against the policy and the permissions once more,
// with the context that its environment is in now and the targets that its faults
// have now: what a plan could only announce where they were not known. The faults are
// found by their local address.
func Recheck(policy resolve.Policy, e Experiment, env providers.EnvironmentState, bound map[string]Bound) []Finding {
	e.Faults = slices.Clone(e.Faults)
	findings := CheckContext(policy, e.Environment, e.Source, env.Outputs)
	for i := range e.Faults {
		f := &e.Faults[i]
		b, ok := bound[f.Address]
		if !ok {
			continue
		}
		f.FaultPlan = b.Plan
		findings = append(findings, protected(policy, b.Def, b.Config, b.Plan)...)
	}
	return append(findings, Check(policy, e)...)
}

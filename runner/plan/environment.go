package plan

import (
	"cmp"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// states is what the planned environments offer to faults, by address. The
// empty address, of an experiment without environment, has the zero state.
func (b *builder) states() map[string]providers.EnvironmentState {
	states := make(map[string]providers.EnvironmentState, len(b.req.Resolved.Environments))
	for _, e := range b.req.Resolved.Environments {
		address := e.Addr.String()
		states[address] = providers.EnvironmentState{
			Address:   address,
			Type:      e.Type.TypeName(),
			Inventory: e.Plan.Inventory,
			Labels:    e.Plan.Labels,
			Outputs:   e.Plan.Outputs,
		}
	}
	return states
}

// environments are those that the chosen experiments need.
func (b *builder) environments() []Environment {
	out := []Environment{}
	for _, e := range b.needed() {
		planned := e.Plan
		planned.Inventory = sortTargets(planned.Inventory)
		planned.Steps = append([]string{}, planned.Steps...)
		planned.Outputs = cty.NilVal // of use to faults only, and not part of a saved plan
		out = append(out, Environment{
			Address:         e.Addr.String(),
			Type:            e.Type.TypeName(),
			EnvironmentPlan: planned,
			Source:          source(e.Config.DeclRange),
		})
	}
	return out
}

// needed are the environments in which a chosen experiment runs: no other is
// brought up.
func (b *builder) needed() []*resolve.Environment {
	used := map[string]bool{}
	for _, e := range b.chosen.experiments {
		used[e.Environment] = true
	}
	var out []*resolve.Environment
	for _, e := range b.req.Resolved.Environments {
		if used[e.Addr.String()] {
			out = append(out, e)
		}
	}
	return out
}

// sortTargets sorts a copy by kind and name; never nil, so that it is a list
// in JSON.
func sortTargets(in []providers.Target) []providers.Target {
	out := append([]providers.Target{}, in...)
	slices.SortFunc(out, func(a, b providers.Target) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
	})
	return out
}

package local

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// processKill is local_process_kill.
type processKill struct {
	onProcesses
	mendNothing
}

func (processKill) typeName() string { return "local_process_kill" }

func (processKill) schema() *schema.Block {
	return &schema.Block{
		Description: "Sends a signal to processes, each with its whole process group. A process that ends by it stays down until the revert starts it again, unless its restart policy does so before. Until then no other kill or restart takes it.",
		Attributes: []schema.Attribute{{
			Name: "signal", Type: text(), Default: cty.StringVal("SIGKILL"), OneOf: signalNames(),
			Description: "The signal. A process that survives it gives no evidence.",
		}},
		Blocks: []schema.NestedBlock{targetBlock(kindProcess)},
	}
}

func (processKill) plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	signal := values.String("signal")
	plan.Effect = "sends " + signal + " to each process and its children"
	if signal == "" { // not known yet
		signal = "a signal"
	}
	plan.Undo = "starts each process again and waits until it is ready, unless its restart policy did"
	plan.Permissions = signalPermission(signal)
	return nil
}

func (processKill) spec(values schema.Values, _ undo, spec *supervisor.FaultSpec) {
	spec.Kind = supervisor.FaultKill
	spec.Signal = int(signals()[values.String("signal")])
}

func (processKill) observe(s scene) (providers.Observation, error) { return observeEnded(s) }

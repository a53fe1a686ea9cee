package local

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// processRestart is local_process_restart.
type processRestart struct {
	onProcesses
	mendNothing
}

func (processRestart) typeName() string { return "local_process_restart" }

func (processRestart) schema() *schema.Block {
	return &schema.Block{
		Description: "Stops processes and starts them again, as a deployment would: SIGTERM, SIGKILL after grace_period, a new start as soon as the old one is gone. Until the revert no other kill or restart takes them.",
		Attributes: []schema.Attribute{{
			Name: "grace_period", Type: duration(), Default: cty.StringVal("5s"),
			Description: "How long a process may take to end before it gets SIGKILL.",
		}},
		Blocks: []schema.NestedBlock{targetBlock(kindProcess)},
	}
}

func (processRestart) plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics {
	plan.Effect = fmt.Sprintf("stops each process (SIGTERM, SIGKILL after %s) and starts it again", values.String("grace_period"))
	plan.Undo = "starts each process again if it is not running, and waits until it is ready"
	plan.Permissions = signalPermission("SIGTERM")
	return nil
}

func (processRestart) spec(values schema.Values, _ undo, spec *supervisor.FaultSpec) {
	spec.Kind = supervisor.FaultRestart
	spec.GracePeriod = values.Duration("grace_period")
}

func (processRestart) observe(s scene) (providers.Observation, error) { return observeEnded(s) }

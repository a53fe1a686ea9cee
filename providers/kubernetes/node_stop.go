package kubernetes

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// nodeStop is kubernetes_node_stop.
type nodeStop struct{ onNode }

func newNodeStop() nodeStop { return nodeStop{onNode{action: machine.Stop}} }

func (nodeStop) typeName() string { return "kubernetes_node_stop" }

func (nodeStop) schema() *schema.Block {
	return &schema.Block{
		Description: "Switches nodes of a kind cluster off, as a loss of power does. Everything that runs on them ends at once.",
		Blocks:      []schema.NestedBlock{target.Block(target.Node)},
	}
}

func (n nodeStop) plan(ctx context.Context, p planning) providers.Diagnostics {
	diags := n.describe(ctx, p, "switches each node off, without time to end in order", "switches the nodes on, and waits until the cluster finds them ready", guardProcess)
	return append(diags, p.keepsQuorum()...)
}

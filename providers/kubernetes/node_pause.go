package kubernetes

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// guardProcess is what ends faults on nodes that can run no timer.
const guardProcess = "a process of its own on this machine, at the deadline, also when gameday is killed"

// nodePause is kubernetes_node_pause.
type nodePause struct{ onNode }

func newNodePause() nodePause { return nodePause{onNode{action: machine.Pause}} }

func (nodePause) typeName() string { return "kubernetes_node_pause" }

func (nodePause) schema() *schema.Block {
	return &schema.Block{
		Description: "Freezes nodes of a kind cluster with everything that runs on them, as a host that hangs. Connections stay open and nobody answers.",
		Blocks:      []schema.NestedBlock{target.Block(target.Node)},
	}
}

func (n nodePause) plan(ctx context.Context, p planning) providers.Diagnostics {
	diags := n.describe(ctx, p, "freezes each node", "lets the nodes go on, and waits until the cluster finds them ready", guardProcess)
	return append(diags, p.keepsQuorum()...)
}

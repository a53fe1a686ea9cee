package kubernetes

import (
	"context"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// kubeletStop is kubernetes_kubelet_stop.
type kubeletStop struct{ onNode }

func newKubeletStop() kubeletStop { return kubeletStop{onNode{action: machine.KubeletStop}} }

func (kubeletStop) unreaped() {}

func (kubeletStop) typeName() string { return "kubernetes_kubelet_stop" }

func (kubeletStop) schema() *schema.Block {
	return &schema.Block{
		Description: "Stops the kubelet of nodes. Their containers run on, but nobody watches over them, and after some 40 s the cluster gives the node up. " +
			"Nodes other than those of kind are reached through a privileged pod, which the environment must allow.",
		Blocks: []schema.NestedBlock{target.Block(target.Node)},
	}
}

func (k kubeletStop) rules() []providers.AccessRule {
	return append(append(k.onNode.rules(), agentPodRules()...), providers.AccessRule{
		Resource: "pods/proxy", Verbs: []string{"create"}, Why: "reach that pod while the node has no kubelet",
	})
}

func (k kubeletStop) plan(ctx context.Context, p planning) providers.Diagnostics {
	diags := k.describe(ctx, p, "stops the kubelet of each node", "starts the kubelets, and waits until the cluster finds the nodes ready",
		"a systemd timer on each node, at the deadline, also when gameday is killed")
	for _, node := range p.nodesOf() {
		if isControlPlane(node) {
			diags = append(diags, providers.Warningf(cty.GetAttrPath("target"), "Kubelet of a control plane",
				"The API server on node %s runs on, but nothing restarts it if it ends while the kubelet is stopped.", node.Name)...)
		}
	}
	return diags
}

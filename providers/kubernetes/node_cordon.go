package kubernetes

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// nodeCordon is kubernetes_node_cordon.
type nodeCordon struct {
	changing
	noChecks
}

func (nodeCordon) typeName() string  { return "kubernetes_node_cordon" }
func (nodeCordon) kind() target.Kind { return target.Node }

func (nodeCordon) schema() *schema.Block {
	return &schema.Block{
		Description: "Marks nodes as unschedulable: what runs there stays, nothing new comes.",
		Blocks:      []schema.NestedBlock{target.Block(target.Node)},
	}
}

func (nodeCordon) rules() []providers.AccessRule {
	return editNodeRules("mark the node as unschedulable, and set it back")
}

func (nodeCordon) plan(_ context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "marks each node as unschedulable"
	p.plan.Undo = "makes the nodes schedulable again, as an annotation of the node says that they were"
	return p.cordoned()
}

// cordoned refuses nodes on which a cordon would change nothing.
func (p planning) cordoned() providers.Diagnostics {
	var diags providers.Diagnostics
	for _, node := range p.nodesOf() {
		if node.Spec.Unschedulable {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Node is unschedulable already",
				"Somebody else has cordoned node %s, so that nothing would change and nothing could be undone. Choose others, or run kubectl uncordon %s.", node.Name, node.Name)...)
		}
	}
	return diags
}

func (nodeCordon) inject(ctx context.Context, i injection) error { return i.cordon(ctx) }

func (i injection) cordon(ctx context.Context) error {
	return i.change(ctx, func(providers.Target) ([]undo.Edit, error) {
		return []undo.Edit{{Pointer: "/spec/unschedulable", To: true}}, nil
	})
}

func (nodeCordon) observe(ctx context.Context, l look) ([]finding, error) {
	return l.each(ctx, l.unschedulable)
}

// unschedulable takes the node's own word as evidence.
func (l look) unschedulable(ctx context.Context, t providers.Target) (finding, error) {
	node, err := l.session.node(ctx, t)
	if err != nil {
		return finding{}, err
	}
	if !node.Spec.Unschedulable {
		return finding{state: providers.Absent, detail: "somebody has made the node schedulable"}, nil
	}
	return finding{facts: []providers.Fact{{Name: "unschedulable", Text: fmt.Sprintf("node %s is unschedulable", t.Name), Value: 1, Unit: "nodes"}}}, nil
}

func (nodeCordon) settled(ctx context.Context, l look) (string, error) { return l.openAgain(ctx) }

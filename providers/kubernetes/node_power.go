package kubernetes

import (
	"context"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

// onNode is what faults share that are done to nodes themselves: the API server
// can neither do nor undo them.
type onNode struct {
	noChecks
	action string // of package machine
}

func (onNode) kind() target.Kind { return target.Node }

func (onNode) rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "nodes", Verbs: []string{"get"}, Cluster: true, Why: "see what the cluster thinks of the node"},
		{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"get"}, Namespace: nodes.LeaseNamespace, Why: "see that the kubelet reports again"},
	}
}

// describe completes a plan. The texts are those of the fault type.
func (n onNode) describe(ctx context.Context, p planning, effect, undo, guard string) providers.Diagnostics {
	p.plan.Effect, p.plan.Undo, p.plan.Guard = effect, undo, guard
	if p.world == nil {
		return nil
	}
	var diags providers.Diagnostics
	for _, node := range p.nodesOf() {
		if isReady, said := readiness(node); !isReady {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Node is not ready",
				"Node %s is not well before the fault: %s. Its recovery could not be told from the fault's end.", node.Name, said)...)
		}
		if _, err := nodes.Locate(ctx, p.session.Cluster, node.Name, n.action); err != nil {
			diags = append(diags, providers.Errorf(nil, "Cannot reach the node", "%s.", err)...)
		}
	}
	return diags
}

// keepsQuorum refuses to take so many control planes away that the API server, or
// the store behind it, would be gone: without them nothing could be observed. Those
// that are not ready have a vote in the store and give none.
func (p planning) keepsQuorum() providers.Diagnostics {
	if p.world == nil {
		return nil
	}
	chosen := map[string]bool{}
	for _, node := range p.nodesOf() {
		if isControlPlane(node) {
			chosen[node.Name] = true
		}
	}
	all, ready, left := p.controlPlanes(chosen)
	needed := all/2 + 1
	if len(chosen) == 0 || left >= needed {
		return nil
	}
	return providers.Errorf(cty.GetAttrPath("target"), "The API server would be gone",
		"The cluster has %s (%d ready) and needs %d of them; with %s taken away %d would be left. Choose workers, for example with expressions = \"!%s\".",
		count(all, "control plane node", "control plane nodes"), ready, needed, strings.Join(sortedKeys(chosen), ", "), left, labelControlPlane)
}

// controlPlanes counts them: all, those that are ready, and those of these that are not chosen.
func (p planning) controlPlanes(chosen map[string]bool) (all, ready, left int) {
	for i := range p.world.Nodes {
		node := &p.world.Nodes[i]
		if !isControlPlane(node) {
			continue
		}
		all++
		if is, _ := readiness(node); is {
			ready++
			if !chosen[node.Name] {
				left++
			}
		}
	}
	return all, ready, left
}

const labelControlPlane = "node-role.kubernetes.io/control-plane"

func isControlPlane(node *corev1.Node) bool {
	_, is := node.Labels[labelControlPlane]
	return is
}

// readiness is a node's condition Ready, and what is said of it.
func readiness(node *corev1.Node) (isReady bool, said string) {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue, strings.TrimSpace("Ready is " + string(c.Status) + " (" + c.Reason + ") " + c.Message)
		}
	}
	return false, "it has no condition Ready"
}

func (n onNode) intend(ctx context.Context, p preparation) (intent, error) {
	var made intent
	for _, t := range p.targets {
		step, err := nodes.Locate(ctx, p.session.Cluster, t.Name, n.action)
		if err != nil {
			return intent{}, err
		}
		made.nodes = append(made.nodes, step)
	}
	return made, nil
}

func (onNode) inject(ctx context.Context, i injection) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, step := range i.nodes {
		group.Go(func() error {
			if err := i.session.pass(ctx, "node "+step.Node); err != nil {
				return err
			}
			return nodes.Do(ctx, i.session.Cluster, i.record.ID, step)
		})
	}
	return group.Wait()
}

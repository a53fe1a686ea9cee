package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// labelPartition marks the pods that a policy of ours selects; its value is the
// fault's id. A policy selects by labels only, and the targets are exact.
const labelPartition = "gameday.dev/partition"

// podPartition is kubernetes_pod_partition.
type podPartition struct{ settlesAtOnce }

func (podPartition) typeName() string  { return "kubernetes_pod_partition" }
func (podPartition) kind() target.Kind { return target.Pod }

func (podPartition) schema() *schema.Block {
	return &schema.Block{
		Description: "Cuts pods off by a NetworkPolicy, where the cluster's network plugin enforces those. Pods that replace the targets are not cut off without dynamic_targets.",
		Attributes: []schema.Attribute{
			{Name: "direction", Type: text(), Default: cty.StringVal(both), OneOf: []string{ingress, egress, both}, Description: "Whether the pods are not reached, do not reach others, or both."},
			{Name: "destination_ports", Type: schema.Type{Kind: schema.Whole, Of: schema.ListOf}, Description: "Only these ports, at whichever side is connected to. All, when not set.", Example: "[8080]"},
			{Name: "protocol", Type: text(), Default: cty.StringVal("TCP"), OneOf: []string{"TCP", "UDP", "SCTP"}, Description: "Protocol of destination_ports. Without those, all protocols are cut."},
			dynamicTargets(),
		},
		Blocks: []schema.NestedBlock{
			target.Block(target.Pod),
			peersBlock("from", "Whom the pods are not reached from. Everybody, when not set."),
			peersBlock("to", "Whom the pods do not reach. Everybody, name servers included, when not set."),
		},
	}
}

func peersBlock(name, description string) schema.NestedBlock {
	return schema.NestedBlock{Name: name, Nesting: schema.Single, Block: &schema.Block{
		Description: description + " A policy can only allow: of pods, whatever is no pod is cut off, too.",
		Attributes: []schema.Attribute{
			{Name: "labels", Type: textMap(), Description: "Pods with all of these labels.", Example: `{ app = "checkout" }`},
			{Name: "namespaces", Type: texts(), Description: "Pods in these namespaces. With labels alone, those in the targets' own namespace."},
			{Name: "cidrs", Type: texts(), Description: "Addresses outside the cluster.", Example: `["203.0.113.0/24"]`},
		},
		Exclusive: [][]string{{"labels", "cidrs"}, {"namespaces", "cidrs"}},
	}}
}

func (podPartition) rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Group: "networking.k8s.io", Resource: "networkpolicies", Verbs: []string{"get", "list", "create", "delete"}, Why: "add the policy, tell which others allow more, and remove it"},
		{Resource: "pods", Verbs: []string{"get", "patch"}, Why: "label the targets, and remove the label"},
		{Resource: "pods/proxy", Verbs: []string{"get"}, Why: "see whether a target still answers"},
	}
}

func (podPartition) validate(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	direction := values.String("direction")
	if direction == egress && values.Has("from") {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("from"), "From whom?", "With direction = \"egress\", only what the pods reach is cut: say it in to, or change the direction.")...)
	}
	if direction == ingress && values.Has("to") {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("to"), "To whom?", "With direction = \"ingress\", only who reaches the pods is cut: say it in from, or change the direction.")...)
	}
	return slices.Concat(diags, checkPorts(values), checkPeers(values, "from"), checkPeers(values, "to"))
}

func (podPartition) plan(ctx context.Context, p planning) providers.Diagnostics {
	c := cutOf(p.config)
	p.plan.Effect = c.text()
	p.plan.Undo = "removes the label from each pod and deletes the policy"
	diags := providers.Warningf(nil, "Only some networks enforce it",
		"A NetworkPolicy has an effect only where the cluster's network plugin enforces it. If no effect is seen, the experiment is inconclusive.")
	if !c.ingress {
		diags = append(diags, providers.Warningf(cty.GetAttrPath("direction"), "There will be no evidence",
			"Whether pods still reach others cannot be seen from outside of them. Include ingress, or the experiment is inconclusive.")...)
	}
	if p.world == nil {
		return diags
	}
	return slices.Concat(diags, onHostNetwork(p), otherPolicies(ctx, p, c))
}

// probed is the port at which each target answered before, by name.
type probed map[string]int

func (podPartition) intend(ctx context.Context, p preparation) (intent, error) {
	var steps []undo.Step
	for _, ns := range namespacesOf(p.targets, nil) {
		steps = append(steps, undo.Step{Kind: undo.Remove, Path: policies(ns) + "/" + addedName(p.id)})
	}
	labelled, err := restoring(p.targets)
	if err != nil {
		return intent{}, err
	}
	data, err := p.session.answering(ctx, p.targets, cutOf(p.config))
	return intent{steps: append(steps, labelled...), data: data}, err
}

func policies(namespace string) string {
	return "/apis/networking.k8s.io/v1/namespaces/" + namespace + "/networkpolicies"
}

// inject adds the policy first: it selects nothing until the pods are labelled, so
// that all of it begins, and ends, with the labels.
func (podPartition) inject(ctx context.Context, i injection) error {
	for n, ns := range namespacesOf(i.record.Targets, nil) {
		body, err := cutOf(i.config).policy(ns, i.record.ID)
		if err != nil {
			return err
		}
		if err := i.session.API.Add(ctx, i.record.Run, i.record.ID, policies(ns), i.steps[n], body); err != nil {
			return fmt.Errorf("add a network policy to %s: %w", ns, err)
		}
	}
	return i.change(ctx, func(providers.Target) ([]undo.Edit, error) {
		return []undo.Edit{{Pointer: "/metadata/labels/" + undo.Escape(labelPartition), To: i.record.ID}}, nil
	})
}

// policy is the object that selects the labelled pods.
func (c cut) policy(namespace, id string) (map[string]any, error) {
	spec := c.spec(namespace, id)
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&spec)
	if err != nil {
		return nil, fmt.Errorf("write the network policy: %w", err)
	}
	return map[string]any{
		"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
		"metadata": map[string]any{"name": addedName(id), "namespace": namespace},
		"spec":     fields,
	}, nil
}

// isPrey leaves pods alone whose network is the node's: no policy holds for them.
func (podPartition) isPrey(_ schema.Values, pod *corev1.Pod) bool { return !pod.Spec.HostNetwork }

// observe asks each target something at the port that answered before.
func (podPartition) observe(ctx context.Context, l look) ([]finding, error) {
	var before probed
	if err := json.Unmarshal(l.data, &before); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	for n := range namespacesOf(l.record.Targets, nil) {
		state, err := l.session.API.State(ctx, l.record.ID, l.steps[n])
		if err != nil {
			return nil, err
		}
		if state != undo.Present {
			return []finding{{target: l.steps[n].Path, state: providers.Absent, detail: "the policy is not there"}}, nil
		}
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		port, answered := before[t.Name]
		if !answered {
			return finding{detail: "no port of it could be asked before, so that there is nothing to compare with"}, nil
		}
		return l.session.cutOff(ctx, t, port)
	})
}

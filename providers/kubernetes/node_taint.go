package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// nodeTaint is kubernetes_node_taint.
type nodeTaint struct{ changing }

func (nodeTaint) typeName() string  { return "kubernetes_node_taint" }
func (nodeTaint) kind() target.Kind { return target.Node }

func (nodeTaint) schema() *schema.Block {
	return &schema.Block{
		Description: "Puts a taint on nodes. Pods that do not tolerate it stay away, and with NoExecute leave.",
		Blocks: []schema.NestedBlock{
			{Name: "taint", Nesting: schema.Single, Required: true, Block: &schema.Block{
				Description: "The taint.",
				Attributes: []schema.Attribute{
					{Name: "key", Type: text(), Required: true, Example: `"example.com/maintenance"`, Description: "Its key."},
					{Name: "value", Type: text(), Example: `"soon"`, Description: "Its value; none without it."},
					{Name: "effect", Type: text(), Required: true, OneOf: []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}, Example: `"NoSchedule"`, Description: "What it does to pods that do not tolerate it."},
				},
			}},
			target.Block(target.Node),
		},
	}
}

// rules are those of all effects, as a role is written for a type.
func (n nodeTaint) rules() []providers.AccessRule {
	return append(n.taintRules(), providers.AccessRule{
		Resource: "pods", Verbs: []string{"list"}, Cluster: true, Why: "tell in which namespaces pods would leave by NoExecute",
	})
}

func (nodeTaint) taintRules() []providers.AccessRule {
	return editNodeRules("put the taint on the node, and take it off")
}

// actingRules ask for the pods of all namespaces only where one effect makes them leave and a fence hides them.
func (n nodeTaint) actingRules(p planning) []providers.AccessRule {
	if taintOf(p.config).Effect != corev1.TaintEffectNoExecute || len(p.session.Access.Namespaces) == 0 {
		return n.taintRules()
	}
	return n.rules()
}

func (nodeTaint) validate(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	block := values.Block("taint")
	path := cty.GetAttrPath("taint")
	if key := block.String("key"); key != "" {
		for _, problem := range validation.IsQualifiedName(key) {
			diags = append(diags, providers.Errorf(path.GetAttr("key"), "Not the key of a taint", "Expected a name such as %q, found %q: %s.", "example.com/maintenance", key, problem)...)
		}
	}
	for _, problem := range validation.IsValidLabelValue(block.String("value")) {
		diags = append(diags, providers.Errorf(path.GetAttr("value"), "Not the value of a taint", "Found %q: %s.", block.String("value"), problem)...)
	}
	return diags
}

// taintOf is the taint of a configuration.
func taintOf(values schema.Values) corev1.Taint {
	block := values.Block("taint")
	return corev1.Taint{Key: block.String("key"), Value: block.String("value"), Effect: corev1.TaintEffect(block.String("effect"))}
}

func (nodeTaint) plan(ctx context.Context, p planning) providers.Diagnostics {
	taint := taintOf(p.config)
	p.plan.Effect = fmt.Sprintf("puts the taint %s on each node", taint.ToString())
	p.plan.Undo = "takes that taint off again, and no other; pods that left do not come back by themselves"
	if p.world == nil {
		return nil
	}
	diags := p.expelling(ctx, &taint)
	for _, node := range p.nodesOf() {
		for _, has := range node.Spec.Taints {
			if has.MatchTaint(&taint) {
				diags = append(diags, providers.Errorf(cty.GetAttrPath("taint"), "Node has the taint already",
					"Node %s has the taint %s, and a node can have a key and an effect only once. Choose another key.", node.Name, has.ToString())...)
			}
		}
	}
	return diags
}

// intend keeps the taint for observe, once it is sure that nobody leaves at once in a namespace that the plan did not show.
func (n nodeTaint) intend(ctx context.Context, p preparation) (intent, error) {
	taint := taintOf(p.config)
	if taint.Effect == corev1.TaintEffectNoExecute {
		pods, err := world.PodsOn(ctx, p.session.Typed, targetNames(p.targets))
		if err != nil {
			return intent{}, err
		}
		if err := asPlanned(expelled(pods, p.targets, &taint, 0), p.planned); err != nil {
			return intent{}, err
		}
	}
	made, err := n.changing.intend(ctx, p)
	made.data = taint
	return made, err
}

func (nodeTaint) inject(ctx context.Context, i injection) error {
	taint := taintOf(i.config)
	element := map[string]any{"key": taint.Key, "effect": string(taint.Effect)}
	if taint.Value != "" {
		element["value"] = taint.Value
	}
	return i.change(ctx, func(providers.Target) ([]undo.Edit, error) {
		return []undo.Edit{{Pointer: "/spec/taints", Element: element}}, nil
	})
}

// observe takes the node's own word as evidence.
func (nodeTaint) observe(ctx context.Context, l look) ([]finding, error) {
	var taint corev1.Taint
	if err := decode(l.data, &taint); err != nil {
		return nil, err
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		node, err := l.session.node(ctx, t)
		if err != nil {
			return finding{}, err
		}
		for _, has := range node.Spec.Taints {
			if has.MatchTaint(&taint) {
				return finding{facts: []providers.Fact{{Name: "taint", Text: fmt.Sprintf("node %s has the taint %s", t.Name, has.ToString()), Value: 1, Unit: "nodes"}}}, nil
			}
		}
		return finding{state: providers.Absent, detail: "somebody has taken the taint off; it has " + listTaints(node.Spec.Taints)}, nil
	})
}

func listTaints(taints []corev1.Taint) string {
	if len(taints) == 0 {
		return "none"
	}
	names := make([]string, len(taints))
	for i := range taints {
		names[i] = taints[i].ToString()
	}
	return strings.Join(names, ", ")
}

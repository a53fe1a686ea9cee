package kubernetes

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// operated is the behavior of faults that operators do.
type operated struct{ Operated }

func (f operated) typeName() string { return f.Type }

func (operated) kind() target.Kind { return target.Pod }

func (f operated) schema() *schema.Block {
	block := &schema.Block{
		Description: f.Description, Attributes: slices.Clone(f.Attributes), Exclusive: f.Exclusive,
		Blocks: append([]schema.NestedBlock{target.Block(target.Pod)}, f.Blocks...),
	}
	if f.Container {
		block.Attributes = append(block.Attributes, schema.Attribute{
			Name: "container", Type: text(), Example: `"app"`, Description: "Name of the container. May be left out for pods that have just one.",
		})
	}
	if f.Peers {
		block.Blocks = append(block.Blocks, operatedPeersBlock())
	}
	if f.Evidence == EvidenceByCommand {
		block.Blocks = append(block.Blocks, evidenceBlock(f.Operator.Name))
	}
	return block
}

// operatedPeersBlock is the block "to" of operators, who are told of pods that a plan has shown, and look names up once.
func operatedPeersBlock() schema.NestedBlock {
	nested := endsBlock()
	nested.Block.Description = "The other ends of the traffic that is hit: pods that are selected as in a target block, and besides them services, networks and hosts. " +
		"Without this block, all. Pods are those of the plan, services are taken as they are when the fault begins."
	for i := range nested.Block.Attributes {
		if a := &nested.Block.Attributes[i]; a.Name == "hosts" {
			a.Description = "Host names, which the operator looks up once."
		}
	}
	return nested
}

func (f operated) rules() []providers.AccessRule {
	rules := []providers.AccessRule{{
		Group: f.Resource.Group, Resource: f.Resource.Plural, Verbs: []string{"get", "create", "delete"},
		Why: "ask " + f.Operator.Name + " for it, and take that back",
	}}
	switch f.Evidence {
	case EvidencePodsGone:
	case EvidenceContainersReplaced:
		rules = append(rules, providers.AccessRule{Resource: "pods", Verbs: []string{"get"}, Why: "see their containers come and go"})
	case EvidenceByCommand:
		rules = append(rules,
			providers.AccessRule{Resource: "pods", Verbs: []string{"get"}, Why: "see whether a target is the same pod"},
			providers.AccessRule{Resource: "pods/exec", Verbs: []string{"get", "create"}, Why: "run the command that shows the effect"})
	}
	return rules
}

func (f operated) validate(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	if f.Validate != nil {
		diags = f.Validate(values)
	}
	if evidence := values.Block("evidence"); f.Evidence == EvidenceByCommand && evidence.Known("command") && len(evidence.Strings("command")) == 0 {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("evidence").GetAttr("command"), "Empty command", "command = [] runs nothing. Name a command and its arguments.")...)
	}
	return diags
}

// harms says which of them take pods out of service.
func (f operated) harms(planning) bool { return f.Evidence != EvidenceByCommand }

func (f operated) intend(ctx context.Context, p preparation) (intent, error) {
	var paths []string
	for _, ns := range namespacesOf(p.targets, nil) {
		paths = append(paths, f.collection(ns)+"/"+nameIn(ns, p.id))
	}
	seen, err := f.witness().before(ctx, p)
	return intent{steps: removing(paths...), data: seen}, err
}

func (f operated) collection(namespace string) string {
	return "/apis/" + f.Resource.Group + "/" + f.Resource.Version + "/namespaces/" + namespace + "/" + f.Resource.Plural
}

// object is what asks for the fault in one namespace, without its name.
func (f operated) object(asked OperatedRequest) map[string]any {
	return map[string]any{
		"apiVersion": f.Resource.Group + "/" + f.Resource.Version, "kind": f.Resource.Kind,
		"metadata": map[string]any{"namespace": asked.Namespace},
		"spec":     f.Spec(asked),
	}
}

// nameIn is the object's name in a namespace. Operators derive names of what they make on nodes from it alone, so that
// objects of one name in two namespaces would get into each other's way.
func nameIn(namespace, id string) string {
	sum := sha256.Sum256([]byte(namespace))
	return fmt.Sprintf("%s-%x", addedName(id), sum[:3])
}

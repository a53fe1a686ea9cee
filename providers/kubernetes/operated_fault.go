package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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

// operatedPeersBlock is the block "to" of operators that know pods, networks and hosts.
func operatedPeersBlock() schema.NestedBlock {
	nested := endsBlock()
	nested.Block.Description = "The other ends of the traffic that is hit: pods that are selected as in a target block, and besides them networks and hosts. Without this block, all. Pods are taken as they are when the fault begins."
	nested.Block.Attributes = slices.DeleteFunc(nested.Block.Attributes, func(a schema.Attribute) bool { return a.Name == "services" })
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

// operatedData is what observe and settled need.
type operatedData struct {
	Evidence json.RawMessage `json:"evidence,omitempty"`
}

func (f operated) intend(ctx context.Context, p preparation) (intent, error) {
	var paths []string
	for _, ns := range namespacesOf(p.targets, nil) {
		paths = append(paths, f.collection(ns)+"/"+addedName(p.id))
	}
	seen, err := f.witness().before(ctx, p)
	if err != nil {
		return intent{}, err
	}
	evidence, err := json.Marshal(seen)
	if err != nil {
		return intent{}, fmt.Errorf("make the record: %w", err)
	}
	return intent{steps: removing(paths...), data: operatedData{evidence}}, nil
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

// ask says what the operator is asked for, by namespace.
func (f operated) ask(ctx context.Context, s site, targets []providers.Target, lasts time.Duration) (map[string]OperatedRequest, error) {
	pods := map[string][]string{}
	for _, t := range targets {
		namespace, name, _ := strings.Cut(t.Name, "/")
		pods[namespace] = append(pods[namespace], name)
	}
	peers, err := f.peers(ctx, s)
	if err != nil {
		return nil, err
	}
	if f.OneShot {
		lasts = 0
	}
	out := map[string]OperatedRequest{}
	for namespace, names := range pods {
		slices.Sort(names)
		out[namespace] = OperatedRequest{Config: s.config, Namespace: namespace, Pods: names, Peers: peers, Duration: lasts}
	}
	return out, f.contain(ctx, s, targets, out)
}

// contain names the container that is meant, which must have one name in all pods of a namespace.
func (f operated) contain(ctx context.Context, s site, targets []providers.Target, asked map[string]OperatedRequest) error {
	if !f.Container {
		return nil
	}
	w, err := s.session.read(ctx, freshFor)
	if err != nil {
		return err
	}
	for _, pod := range podsNamed(w, uidsOf(targets)) {
		name, err := containerOf(pod, s.config.String("container"))
		if err != nil {
			return err
		}
		request := asked[pod.Namespace]
		if request.Container != "" && request.Container != name {
			return fmt.Errorf("the targets in the namespace %s have containers of several names, %s and %s: say which one with container", pod.Namespace, request.Container, name)
		}
		request.Container = name
		asked[pod.Namespace] = request
	}
	return nil
}

// peers are the pods that the block "to" selects.
func (f operated) peers(ctx context.Context, s site) (map[string][]string, error) {
	block := s.config.Block("to")
	if !f.Peers || !s.config.Has("to") || !selectsPods(block) {
		return nil, nil //nolint:nilnil // there are none
	}
	w, err := s.session.read(ctx, freshFor)
	if err != nil {
		return nil, err
	}
	choice, diags := target.Choose(target.Pod, block, w, s.session.Access.Namespaces, s.seed)
	if diags.HasErrors() {
		return nil, fmt.Errorf("choose the pods in to: %s", diagnosed(diags))
	}
	out := map[string][]string{}
	for _, pod := range podsNamed(w, uidsOf(choice.Targets)) {
		out[pod.Namespace] = append(out[pod.Namespace], pod.Name)
	}
	return out, nil
}

// inOrder are the requests, by namespace.
func inOrder(asked map[string]OperatedRequest) []OperatedRequest {
	var out []OperatedRequest
	for _, namespace := range slices.Sorted(maps.Keys(asked)) {
		out = append(out, asked[namespace])
	}
	return out
}

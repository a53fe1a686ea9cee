package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	quantity "k8s.io/apimachinery/pkg/api/resource"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// quotaExhaust is kubernetes_quota_exhaust.
type quotaExhaust struct{ settlesAtOnce }

func (quotaExhaust) typeName() string  { return "kubernetes_quota_exhaust" }
func (quotaExhaust) kind() target.Kind { return target.Namespace }

func (quotaExhaust) schema() *schema.Block {
	return &schema.Block{
		Description: "Adds a ResourceQuota to namespaces that is used up already, so that what is new there is refused. What runs goes on.",
		Attributes: []schema.Attribute{
			{Name: "hard", Type: textMap(), Description: "Limits as in a ResourceQuota. Without it, as many pods as there are when the fault is injected.", Example: `{ pods = 3 }`},
		},
		Blocks: []schema.NestedBlock{target.Block(target.Namespace)},
	}
}

func (quotaExhaust) rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "resourcequotas", Verbs: []string{"get", "create", "delete"}, Why: "add the quota, see whether it is used up, and remove it"},
		{Resource: "events", Verbs: []string{"list"}, Why: "see what was refused"},
	}
}

func (quotaExhaust) validate(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	hard := values.StringMap("hard")
	for _, name := range slices.Sorted(maps.Keys(hard)) {
		if _, err := quantity.ParseQuantity(hard[name]); err != nil {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("hard").IndexString(name), "Not a quantity",
				"Expected a quantity such as \"3\", \"500m\" or \"1Gi\" for %s, found %q.", name, hard[name])...)
		}
	}
	if values.Known("hard") && values.Attr("hard").LengthInt() == 0 {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("hard"), "No limits", "A quota without limits refuses nothing. Leave hard out to refuse every new pod, or name limits.")...)
	}
	return diags
}

func (quotaExhaust) plan(_ context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "refuses every new pod in each namespace, by a quota of as many as there are"
	hard := p.config.StringMap("hard")
	if p.config.Known("hard") {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(hard)) {
			parts = append(parts, name+" "+hard[name])
		}
		p.plan.Effect = "limits each namespace to " + strings.Join(parts, ", ")
	}
	p.plan.Undo = "deletes the quota"
	if p.world == nil {
		return nil
	}
	counts := podsByNamespace(p.world)
	for _, t := range p.choice.Targets {
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf(
			"%d pods run in %s and go on; one that ends may not be replaced, a rollout may not go on, a workload may not scale up", counts[t.Name], t.Name))
	}
	return nil
}

func podsByNamespace(w *world.World) map[string]int {
	counts := map[string]int{}
	for i := range w.Pods {
		counts[w.Pods[i].Namespace]++
	}
	return counts
}

// addedName is the name of what a fault adds. Ids are ULIDs, in upper case.
func addedName(id string) string { return "gameday-" + strings.ToLower(id) }

func quotas(namespace string) string { return "/api/v1/namespaces/" + namespace + "/resourcequotas" }

func (quotaExhaust) intend(_ context.Context, p preparation) (intent, error) {
	var steps []undo.Step
	for _, t := range p.targets {
		steps = append(steps, undo.Step{Kind: undo.Remove, Path: quotas(t.Name) + "/" + addedName(p.id)})
	}
	return intent{steps: steps}, nil
}

func (quotaExhaust) inject(ctx context.Context, i injection) error {
	for n, t := range i.record.Targets {
		hard := map[string]any{}
		for name, value := range i.config.StringMap("hard") {
			hard[name] = value
		}
		if len(hard) == 0 {
			inUse, err := i.session.podsIn(ctx, t.Name)
			if err != nil {
				return err
			}
			hard["pods"] = fmt.Sprint(inUse)
		}
		body := map[string]any{
			"apiVersion": "v1", "kind": "ResourceQuota",
			"metadata": map[string]any{"name": addedName(i.record.ID), "namespace": t.Name},
			"spec":     map[string]any{"hard": hard},
		}
		if err := i.session.API.Add(ctx, i.record.Run, i.record.ID, quotas(t.Name), i.steps[n], body); err != nil {
			return fmt.Errorf("add a quota to %s: %w", t.Name, err)
		}
	}
	return nil
}

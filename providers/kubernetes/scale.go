package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// scale is kubernetes_scale.
type scale struct{ noChecks }

// scaled is what observe needs: the number asked for, and those from before.
type scaled struct {
	To   int            `json:"to"`
	From map[string]int `json:"from"`
}

func (scale) typeName() string  { return "kubernetes_scale" }
func (scale) kind() target.Kind { return target.Workload }

func (scale) schema() *schema.Block {
	return &schema.Block{
		Description: "Sets the number of replicas of Deployments and StatefulSets, and sets it back.",
		Attributes: []schema.Attribute{
			{Name: "replicas", Type: integer(), Required: true, Min: schema.Number(0), Max: schema.Number(math.MaxInt32), Description: "How many replicas each of them gets.", Example: "0"},
		},
		Blocks: []schema.NestedBlock{target.Block(target.Workload)},
	}
}

func (scale) rules() []providers.AccessRule {
	return append(workloadRules("set the replicas, and set them back"), providers.AccessRule{
		Group: "autoscaling", Resource: "horizontalpodautoscalers", Verbs: []string{"list"}, Why: "warn of autoscalers that would set the replicas back",
	})
}

func (scale) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "sets the replicas of each"
	if p.config.Known("replicas") {
		p.plan.Effect = fmt.Sprintf("sets the replicas of each to %d", p.config.Int("replicas"))
	}
	p.plan.Undo = "sets the replicas back to what they were, which stands in an annotation of the workload"
	if p.session == nil {
		return nil
	}
	all, err := p.session.workloads(ctx, p.choice.Targets)
	if err != nil {
		return providers.Errorf(nil, "Cannot read the workloads", "%s.", err)
	}
	var diags providers.Diagnostics
	for _, w := range all {
		diags = append(diags, scalePlanned(p, w)...)
	}
	return append(diags, autoscalers(ctx, p)...)
}

// scalePlanned adds what one workload will see.
func scalePlanned(p planning, w workload) providers.Diagnostics {
	if !p.config.Known("replicas") {
		return nil
	}
	from, to := w.replicas(), p.config.Int("replicas")
	p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("%s/%s from %d to %d replicas", w.target.Kind, w.target.Name, from, to))
	if from == to {
		return providers.Warningf(nil, "Nothing would change",
			"%s/%s has %d replicas already. Without a change there is no evidence, and the experiment would be inconclusive.", w.target.Kind, w.target.Name, to)
	}
	return volumesPlanned(w, to)
}

// autoscalers warns of those that work against the fault.
func autoscalers(ctx context.Context, p planning) providers.Diagnostics {
	var diags providers.Diagnostics
	for _, ns := range namespacesOf(p.choice.Targets, nil) {
		list, err := p.session.Typed.AutoscalingV2().HorizontalPodAutoscalers(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			diags = append(diags, providers.Warningf(nil, "Autoscalers are not known",
				"The autoscalers in %s cannot be read, and one of them may set the replicas back: %s.", ns, err)...)
			continue
		}
		for _, h := range list.Items {
			ref := h.Spec.ScaleTargetRef
			for _, t := range p.choice.Targets {
				if t.Name == ns+"/"+ref.Name && strings.EqualFold(ref.Kind, t.Kind) {
					diags = append(diags, providers.Warningf(nil, "An autoscaler works against the fault",
						"horizontalpodautoscaler/%s scales %s/%s and may set the replicas back while the fault is in place, except from 0, which switches it off.", h.Name, t.Kind, t.Name)...)
				}
			}
		}
	}
	return diags
}

// intend looks at volumes again: the plan may be old, or have been made before the number was known.
func (scale) intend(ctx context.Context, p preparation) (intent, error) {
	all, err := p.session.workloads(ctx, p.targets)
	if err != nil {
		return intent{}, err
	}
	data := scaled{To: p.config.Int("replicas"), From: map[string]int{}}
	for _, w := range all {
		if lost := w.losing(data.To); lost != "" {
			return intent{}, errors.New(lost)
		}
		data.From[w.target.Name] = w.replicas()
	}
	steps, err := workloadSteps(all)
	return intent{steps: steps, data: data}, err
}

func (scale) inject(ctx context.Context, i injection) error {
	return i.change(ctx, func(providers.Target) ([]undo.Edit, error) {
		return []undo.Edit{{Pointer: "/spec/replicas", To: i.config.Int("replicas")}}, nil
	})
}

// observe takes the workload's own count as evidence: the controller has acted.
func (scale) observe(ctx context.Context, l look) ([]finding, error) {
	var data scaled
	if err := json.Unmarshal(l.data, &data); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		w, err := l.session.workload(ctx, t)
		if err != nil {
			return finding{}, err
		}
		return data.finding(w), nil
	})
}

func (s scaled) finding(w workload) finding {
	before, is := s.From[w.target.Name], int(w.Status.Replicas)
	switch {
	case w.replicas() != s.To:
		return finding{state: providers.Absent, detail: fmt.Sprintf("%d replicas are asked for instead of %d: something else set them, as an autoscaler does", w.replicas(), s.To)}
	case before == s.To:
		return finding{detail: fmt.Sprintf("it had %d replicas before, so that nothing changed", before)}
	case !w.seen() || is != s.To:
		return finding{detail: fmt.Sprintf("it has %d of %d replicas so far", is, s.To)}
	}
	return finding{facts: []providers.Fact{{
		Name: "replicas", Text: fmt.Sprintf("%s/%s has %d replicas instead of %d", w.target.Kind, w.target.Name, is, before), Value: float64(is), Unit: "pods",
	}}}
}

// settled asks that the controller has seen the number. How fast it acts on it is
// what the experiment measures.
func (scale) settled(ctx context.Context, l look) (string, error) {
	return l.unsettled(ctx, func(context.Context, workload) (string, error) { return "", nil })
}

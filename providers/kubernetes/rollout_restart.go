package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// annotationRestart on a pod template makes a new version of it; its value is the
// fault's id, by which the pods of that version are known.
const annotationRestart = "gameday.dev/restarted-by"

// rolloutRestart is kubernetes_rollout_restart.
type rolloutRestart struct {
	settlesAtOnce
	noChecks
}

// revisions are those of the workloads before the fault, by name.
type revisions map[string]string

func (rolloutRestart) typeName() string  { return "kubernetes_rollout_restart" }
func (rolloutRestart) kind() target.Kind { return target.Workload }

func (rolloutRestart) schema() *schema.Block {
	return &schema.Block{
		Description: "Replaces all pods of Deployments and StatefulSets by a new rollout, as kubectl rollout restart does, at the pace of their update strategies.",
		Blocks:      []schema.NestedBlock{target.Block(target.Workload)},
	}
}

func (rolloutRestart) rules() []providers.AccessRule {
	return workloadRules("annotate the pod template, and remove the annotation")
}

func (rolloutRestart) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "starts a rollout that replaces every pod of each, but those below the partition of a StatefulSet, by an annotation of the pod template"
	p.plan.Undo = "removes the annotation, which is a second rollout, and waits until no pod of the first is left"
	return planRollout(ctx, p)
}

// planRollout says how each workload will roll out, and refuses those that won't.
func planRollout(ctx context.Context, p planning) providers.Diagnostics {
	if p.session == nil {
		return nil
	}
	all, err := p.session.workloads(ctx, p.choice.Targets)
	if err != nil {
		return providers.Errorf(nil, "Cannot read the workloads", "%s.", err)
	}
	var diags providers.Diagnostics
	for _, w := range all {
		p.plan.Radius = append(p.plan.Radius, w.pace())
		diags = append(diags, w.rolls()...)
	}
	return diags
}

// rolls refuses workloads in which a new template changes nothing.
func (w workload) rolls() providers.Diagnostics {
	name := w.target.Kind + "/" + w.target.Name
	switch {
	case w.Spec.Paused:
		return providers.Errorf(nil, "The rollout is paused", "%s is paused, so that a new template would change nothing. Resume it, or choose others.", name)
	case w.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType:
		return providers.Errorf(nil, "The workload does not roll out by itself",
			"%s has the update strategy OnDelete: its pods are replaced only when somebody deletes them. Choose others, or use kubernetes_pod_kill.", name)
	case w.replicas() == 0:
		return providers.Warningf(nil, "Nothing would be replaced", "%s has no replicas, so that there will be no evidence.", name)
	case w.partition() == w.replicas():
		return providers.Errorf(nil, "The workload does not roll out by itself",
			"%s has partition = %d in its update strategy, and %s: a rollout replaces none of them. Choose others, or use kubernetes_pod_kill.",
			name, *w.Spec.UpdateStrategy.RollingUpdate.Partition, count(w.replicas(), "pod", "pods"))
	}
	return nil
}

func (rolloutRestart) intend(ctx context.Context, p preparation) (intent, error) {
	all, err := p.session.workloads(ctx, p.targets)
	if err != nil {
		return intent{}, err
	}
	data := revisions{}
	for _, w := range all {
		data[w.target.Name] = w.revision()
	}
	steps, err := workloadSteps(all)
	return intent{steps: steps, data: data}, err
}

func (rolloutRestart) inject(ctx context.Context, i injection) error {
	return i.change(ctx, func(providers.Target) ([]undo.Edit, error) {
		return []undo.Edit{{Pointer: "/spec/template/metadata/annotations/" + undo.Escape(annotationRestart), To: i.record.ID}}, nil
	})
}

// observe takes a new revision with pods of its own as evidence.
func (rolloutRestart) observe(ctx context.Context, l look) ([]finding, error) {
	var before revisions
	if err := json.Unmarshal(l.data, &before); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		w, err := l.session.workload(ctx, t)
		if err != nil {
			return finding{}, err
		}
		if w.Spec.Template.Annotations[annotationRestart] != l.record.ID {
			return finding{state: providers.Absent, detail: "something else has removed the annotation"}, nil
		}
		return before.finding(w), nil
	})
}

func (r revisions) finding(w workload) finding {
	was, is := r[w.target.Name], w.revision()
	if !w.seen() || was == is || w.Status.UpdatedReplicas == 0 {
		return finding{detail: "no pod has been replaced so far"}
	}
	return finding{facts: []providers.Fact{{
		Name:  "pods_replaced",
		Text:  fmt.Sprintf("%s/%s: %d of %d pods are of revision %s, after %s", w.target.Kind, w.target.Name, w.Status.UpdatedReplicas, w.replicas(), is, was),
		Value: float64(w.Status.UpdatedReplicas), Unit: "pods",
	}}}
}

// settling waits for the end of the second rollout, until no pod of the first is
// there. How long that takes is the workload's: the templates are as they were.
func (rolloutRestart) settling(ctx context.Context, l look) (string, error) {
	return l.unsettled(ctx, func(ctx context.Context, w workload) (string, error) {
		pods, err := l.session.podsOf(ctx, w)
		left := 0
		for i := range pods {
			if pods[i].Annotations[annotationRestart] == l.record.ID {
				left++
			}
		}
		if err != nil || left == 0 {
			return "", err
		}
		return fmt.Sprintf("%s/%s has %d pods of the fault's rollout left: its second rollout goes on", w.target.Kind, w.target.Name, left), nil
	})
}

package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// missingImages is a registry that can't exist: RFC 6761 reserves the domain for
// names that never resolve, so that nothing is fetched from anywhere.
const missingImages = "gameday.invalid/"

// imagePullFailure is kubernetes_image_pull_failure.
type imagePullFailure struct{ noChecks }

// containers is the name of the one that is broken, by workload.
type containers map[string]string

func (imagePullFailure) typeName() string  { return "kubernetes_image_pull_failure" }
func (imagePullFailure) kind() target.Kind { return target.Workload }

func (imagePullFailure) schema() *schema.Block {
	return &schema.Block{
		Description: "Rolls out a version of Deployments and StatefulSets whose image cannot be pulled, as a wrong tag does.",
		Attributes: []schema.Attribute{
			{Name: "container", Type: text(), Description: "The container whose image cannot be pulled. Without it, the only one; required where pods have several.", Example: `"payments"`},
		},
		Blocks: []schema.NestedBlock{target.Block(target.Workload)},
	}
}

func (imagePullFailure) rules() []providers.AccessRule {
	return workloadRules("set the image of the pod template, and set it back")
}

func (imagePullFailure) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "rolls out a version whose image cannot be pulled"
	if name := p.config.String("container"); name != "" {
		p.plan.Effect = "rolls out a version in which the image of container " + name + " cannot be pulled"
	}
	p.plan.Undo = "sets the image back to what it was, which stands in an annotation of the workload, and waits until no pod with the missing one is left"
	diags := planRollout(ctx, p)
	if p.session == nil || diags.HasErrors() {
		return diags
	}
	all, err := p.session.workloads(ctx, p.choice.Targets)
	if err != nil {
		return providers.Errorf(nil, "Cannot read the workloads", "%s.", err)
	}
	for _, w := range all {
		if _, err := w.container(p.config.String("container")); err != nil && p.config.Attr("container").IsKnown() {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("container"), "Which container?", "%s.", err)...)
		}
		diags = append(diags, w.returns()...)
	}
	return diags
}

// returns refuses StatefulSets that would not come back by themselves: with
// OrderedReady, the controller waits for a broken pod to become ready also when
// its template is whole again.
func (w workload) returns() providers.Diagnostics {
	if w.target.Kind == kindDeployment || w.Spec.PodManagementPolicy == appsv1.ParallelPodManagement {
		return nil
	}
	return providers.Errorf(nil, "The fault could not be undone",
		"statefulset/%s has the pod management policy OrderedReady: its controller would go on waiting for the broken pod when the image is set back (Kubernetes calls for a \"forced rollback\" then). Choose Deployments, or StatefulSets with the policy Parallel.", w.target.Name)
}

// container finds a container by name, the only one without a name.
func (w workload) container(name string) (index int, err error) {
	var names []string
	for i, c := range w.Spec.Template.Spec.Containers {
		if c.Name == name {
			return i, nil
		}
		names = append(names, c.Name)
	}
	switch {
	case name != "":
		return 0, fmt.Errorf("%s/%s has no container %q, but %s", w.target.Kind, w.target.Name, name, strings.Join(names, ", "))
	case len(names) != 1:
		return 0, fmt.Errorf("%s/%s has %d containers, %s: say which with container", w.target.Kind, w.target.Name, len(names), strings.Join(names, ", "))
	}
	return 0, nil
}

func (imagePullFailure) intend(ctx context.Context, p preparation) (intent, error) {
	all, err := p.session.workloads(ctx, p.targets)
	if err != nil {
		return intent{}, err
	}
	data := containers{}
	for _, w := range all {
		index, err := w.container(p.config.String("container"))
		if err != nil {
			return intent{}, err
		}
		data[w.target.Name] = w.Spec.Template.Spec.Containers[index].Name
	}
	steps, err := workloadSteps(all)
	return intent{steps: steps, data: data}, err
}

func (imagePullFailure) inject(ctx context.Context, i injection) error {
	return i.change(ctx, func(t providers.Target) ([]undo.Edit, error) {
		w, err := i.session.workload(ctx, t)
		if err != nil {
			return nil, err
		}
		index, err := w.container(i.config.String("container"))
		if err != nil {
			return nil, err
		}
		name := w.Spec.Template.Spec.Containers[index].Name
		return []undo.Edit{{Pointer: fmt.Sprintf("/spec/template/spec/containers/%d/image", index), To: missingImage(name)}}, nil
	})
}

func missingImage(container string) string { return missingImages + container + ":missing" }

package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

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

// observe takes pods as evidence that wait for the image.
func (imagePullFailure) observe(ctx context.Context, l look) ([]finding, error) {
	var broken containers
	if err := json.Unmarshal(l.data, &broken); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		w, err := l.session.workload(ctx, t)
		if err != nil {
			return finding{}, err
		}
		name := broken[t.Name]
		if !usesImage(w.Spec.Template.Spec, name) {
			return finding{state: providers.Absent, detail: "something else has set the image of container " + name}, nil
		}
		pods, err := l.session.podsOf(ctx, w)
		return waiting(w, pods, name), err
	})
}

func usesImage(spec corev1.PodSpec, container string) bool {
	return slices.ContainsFunc(spec.Containers, func(c corev1.Container) bool {
		return c.Name == container && c.Image == missingImage(container)
	})
}

// waiting is the finding on a workload whose pods may wait for the image.
func waiting(w workload, pods []corev1.Pod, container string) finding {
	count, reason := 0, ""
	for i := range pods {
		if !usesImage(pods[i].Spec, container) {
			continue
		}
		if r := pullFailure(&pods[i], container); r != "" {
			count, reason = count+1, r
		}
	}
	if count == 0 {
		return finding{detail: "no pod waits for the image so far"}
	}
	return finding{facts: []providers.Fact{{
		Name: "image_pull_failed", Text: fmt.Sprintf("%s/%s: container %s of %d pods waits with %s", w.target.Kind, w.target.Name, container, count, reason),
		Value: float64(count), Unit: "pods",
	}}}
}

// pullFailure is why a container waits for its image; empty when it does not.
func pullFailure(pod *corev1.Pod, container string) string {
	reasons := []string{"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable"}
	for _, status := range pod.Status.ContainerStatuses {
		if w := status.State.Waiting; status.Name == container && w != nil && slices.Contains(reasons, w.Reason) {
			return w.Reason
		}
	}
	return ""
}

// settled waits until no pod asks for the missing image any more.
func (imagePullFailure) settled(ctx context.Context, l look) (string, error) {
	var broken containers
	if err := json.Unmarshal(l.data, &broken); err != nil {
		return "", fmt.Errorf("read the record: %w", err)
	}
	return l.unsettled(ctx, func(ctx context.Context, w workload) (string, error) {
		name := broken[w.target.Name]
		if usesImage(w.Spec.Template.Spec, name) {
			return fmt.Sprintf("%s/%s still asks for the missing image", w.target.Kind, w.target.Name), nil
		}
		pods, err := l.session.podsOf(ctx, w)
		for i := range pods {
			if usesImage(pods[i].Spec, name) {
				return fmt.Sprintf("pod %s/%s with the missing image is left", pods[i].Namespace, pods[i].Name), nil
			}
		}
		return "", err
	})
}

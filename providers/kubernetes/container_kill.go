package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// containerKill is kubernetes_container_kill.
type containerKill struct {
	settlesAtOnce
	noChecks
}

func (containerKill) typeName() string  { return "kubernetes_container_kill" }
func (containerKill) kind() target.Kind { return target.Pod }

func (containerKill) schema() *schema.Block {
	return &schema.Block{
		Description: "Sends a signal to one container of each pod, from the node. The pod stays; its kubelet restarts the container.",
		Attributes: []schema.Attribute{
			{Name: "container", Type: text(), Example: `"app"`, Description: "Name of the container. May be left out for pods that have just one."},
			{
				Name: "signal", Type: text(), Default: cty.StringVal("SIGKILL"), OneOf: []string{"SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT", "SIGSEGV"},
				Description: "The signal. Its first process can ignore others than SIGKILL, and then there is no evidence.",
			},
			dynamicTargets(),
		},
		Blocks: []schema.NestedBlock{target.Block(target.Pod)},
	}
}

func (containerKill) rules() []providers.AccessRule {
	return append([]providers.AccessRule{{Resource: "pods", Verbs: []string{"get"}, Why: "see the container restart"}}, agentPodRules()...)
}

// agentPodRules are what privileged pods take where nodes are no containers.
func agentPodRules() []providers.AccessRule {
	return []providers.AccessRule{{
		Resource: "pods", Verbs: []string{"get", "create", "delete"}, Why: "reach the node through a privileged pod, where it is not one of kind",
	}}
}

func (containerKill) plan(ctx context.Context, p planning) providers.Diagnostics {
	name := p.config.String("container")
	if name == "" {
		p.plan.Effect = fmt.Sprintf("sends %s to the container of each pod", p.config.String("signal"))
	} else {
		p.plan.Effect = fmt.Sprintf("sends %s to container %s of each pod", p.config.String("signal"), name)
	}
	p.plan.Undo = "the kubelet restarts the container; the revert waits until it runs"
	p.plan.Guard = "the kubelet"
	if p.world == nil {
		return nil
	}
	var diags providers.Diagnostics
	for _, pod := range podsNamed(p.world, uidsOf(p.choice.Targets)) {
		if _, err := containerOf(pod, name); err != nil {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("container"), "No such container", "%s.", err)...)
		}
		if pod.Spec.RestartPolicy == corev1.RestartPolicyNever {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Nothing would restart the container",
				"The pod %s/%s has restartPolicy Never, so that killing its container could not be undone. Choose pods of a workload.", pod.Namespace, pod.Name)...)
		}
	}
	return append(diags, p.reach(ctx)...)
}

// reach says at plan time that a node can't be reached.
func (p planning) reach(ctx context.Context) providers.Diagnostics {
	var asked []string
	for _, pod := range podsNamed(p.world, uidsOf(p.choice.Targets)) {
		if slices.Contains(asked, pod.Spec.NodeName) {
			continue
		}
		asked = append(asked, pod.Spec.NodeName)
		if _, err := nodes.Reach(ctx, p.session.Cluster, pod.Spec.NodeName); err != nil {
			return providers.Errorf(nil, "Cannot reach the node", "%s.", err)
		}
	}
	return nil
}

// containerOf finds the container that is meant.
func containerOf(pod *corev1.Pod, name string) (string, error) {
	var names []string
	for i := range pod.Spec.Containers {
		names = append(names, pod.Spec.Containers[i].Name)
	}
	switch {
	case name == "" && len(names) == 1:
		return names[0], nil
	case name == "":
		return "", fmt.Errorf("the pod %s/%s has the containers %s: say which one with container", pod.Namespace, pod.Name, strings.Join(names, ", "))
	case !slices.Contains(names, name):
		return "", fmt.Errorf("the pod %s/%s has no container %q, but %s", pod.Namespace, pod.Name, name, strings.Join(names, ", "))
	}
	return name, nil
}

func (containerKill) intend(ctx context.Context, p preparation) (intent, error) {
	var shots []shot
	var fired []nodes.Shot
	for _, t := range p.targets {
		pod, err := p.session.pod(ctx, t)
		if err != nil {
			return intent{}, fmt.Errorf("pod %s: %w", t.Name, err)
		}
		s, err := aim(ctx, p, pod)
		if err != nil {
			return intent{}, err
		}
		shots, fired = append(shots, s), append(fired, s.Shot)
	}
	return intent{steps: nodes.Steps(p.session.Cluster, p.id, fired), data: shots}, nil
}

func (containerKill) inject(ctx context.Context, i injection) error {
	shots, err := shotsOf(i.data)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, s := range shots {
		group.Go(func() error {
			if err := i.session.pass(ctx, "the node of container "+s.Name); err != nil {
				return err
			}
			hit, err := nodes.Fire(ctx, i.session.Cluster, i.record.Run, i.record.ID, s.Shot, i.config.String("signal"))
			if err != nil || hit {
				return err
			}
			return i.missed(fmt.Sprintf("the container %s of %s (%.12s)", s.Name, i.record.Targets[n].Name, s.Container), nil)
		})
	}
	return group.Wait()
}

// isPrey leaves pods alone that have no such container, or nobody who would restart it.
func (containerKill) isPrey(config schema.Values, pod *corev1.Pod) bool {
	_, err := containerOf(pod, config.String("container"))
	return err == nil && pod.Spec.RestartPolicy != corev1.RestartPolicyNever
}

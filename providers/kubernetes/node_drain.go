package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/impact"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// nodeDrain is kubernetes_node_drain.
type nodeDrain struct {
	changing
	noChecks
}

// drained is what observe and settling need to know.
type drained struct {
	Pods   []guest `json:"pods"`
	Owners []owner `json:"owners"`
	Evict  bool    `json:"evict"` // through the eviction API
}

// guest is a pod that has to leave its node.
type guest struct {
	Node string `json:"node"`
	Name string `json:"name"` // namespace/name
	UID  string `json:"uid"`
}

func (g guest) target() providers.Target {
	return providers.Target{Kind: string(target.Pod), Name: g.Name, UID: g.UID}
}

func (nodeDrain) typeName() string  { return "kubernetes_node_drain" }
func (nodeDrain) kind() target.Kind { return target.Node }

func (nodeDrain) schema() *schema.Block {
	return &schema.Block{
		Description: "Drains nodes: marks them as unschedulable and evicts their pods, as an administrator does before maintenance. Pods of DaemonSets and static pods stay.",
		Attributes: []schema.Attribute{
			{Name: "respect_pdb", Type: boolean(), Default: cty.True, Description: "Whether PodDisruptionBudgets hold: a pod that one protects is asked to leave again every few seconds, as long as the fault lasts. Without, pods are deleted."},
			{Name: "grace_period", Type: duration(), Example: `"10s"`, Description: "How long the containers may take to end, in whole seconds. The pod's own time without it."},
			{Name: "force", Type: boolean(), Default: cty.False, Description: "Whether pods without a controller leave too. Nothing brings those back."},
		},
		Blocks: []schema.NestedBlock{target.Block(target.Node)},
	}
}

func (nodeDrain) rules() []providers.AccessRule {
	return append(editNodeRules("mark the node as unschedulable, and set it back"),
		providers.AccessRule{Resource: "pods/eviction", Verbs: []string{"create"}, Why: "evict pods from the node"},
		providers.AccessRule{Resource: "pods", Verbs: []string{"delete"}, Why: "delete pods whose budgets are not respected"},
	)
}

func (nodeDrain) plan(_ context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "marks each node as unschedulable and evicts its pods"
	if p.config.Known("respect_pdb") && !p.config.Bool("respect_pdb") {
		p.plan.Effect = "marks each node as unschedulable and deletes its pods, whatever their budgets say"
	}
	p.plan.Undo = "makes the nodes schedulable again; controllers have made the pods anew elsewhere, and the revert waits until each has as many as it wants"
	if p.world == nil {
		return nil
	}
	var leaving []providers.Target
	diags := p.cordoned()
	for _, pod := range leavers(p.world, p.choice.Targets) {
		name := pod.Namespace + "/" + pod.Name
		owner, owned := p.world.OwnerOf(pod)
		switch force := p.config.Bool("force"); {
		case !owned && !force:
			diags = append(diags, providers.Errorf(cty.GetAttrPath("force"), "Nothing would replace the pod",
				"The pod %s on node %s has no controller, so that its eviction could not be undone. Move it, or set force = true to lose it.", name, pod.Spec.NodeName)...)
		case !owned:
			diags = append(diags, providers.Warningf(cty.GetAttrPath("force"), "Pod will be lost", "The pod %s on node %s has no controller: nothing brings it back.", name, pod.Spec.NodeName)...)
		}
		leaving = append(leaving, providers.Target{Kind: string(target.Pod), Name: name, UID: string(pod.UID), Owner: owner.String()})
	}
	p.plan.Namespaces = namespacesOf(leaving, nil)
	p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("%d pods leave: %s", len(leaving), someNames(leaving)))
	if len(p.session.Access.Namespaces) > 0 {
		p.plan.Radius = append(p.plan.Radius, "pods outside the namespaces "+strings.Join(p.session.Access.Namespaces, ", ")+" stay")
	} else {
		p.plan.Radius = append(p.plan.Radius, "pods in "+metav1.NamespaceSystem+" stay")
	}
	consequences := impact.Of(p.world, leaving)
	p.plan.Radius = append(append(p.plan.Radius, consequences.Radius...), impact.Gone(p.world, leaving)...)
	return append(diags, consequences.Warnings...)
}

func someNames(targets []providers.Target) string {
	const most = 5
	var names []string
	for i, t := range targets {
		if i == most {
			return strings.Join(names, ", ") + fmt.Sprintf(" and %d more", len(targets)-most)
		}
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// leavers are the pods that a drain takes from nodes, in the namespaces of the
// fence: not those that their node starts itself, not those of DaemonSets, as
// they would come back at once, and none of kube-system, where no fault acts.
func leavers(w *world.World, targets []providers.Target) []*corev1.Pod {
	drained := map[string]bool{}
	for _, t := range targets {
		drained[t.Name] = true
	}
	var out []*corev1.Pod
	for i := range w.Pods {
		pod := &w.Pods[i]
		_, static := pod.Annotations[corev1.MirrorPodAnnotationKey]
		ref := metav1.GetControllerOfNoCopy(pod)
		if drained[pod.Spec.NodeName] && pod.Namespace != metav1.NamespaceSystem && !static && (ref == nil || ref.Kind != "DaemonSet") {
			out = append(out, pod)
		}
	}
	return out
}

func (n nodeDrain) intend(ctx context.Context, p preparation) (intent, error) {
	made, err := n.changing.intend(ctx, p)
	if err != nil {
		return intent{}, err
	}
	w, err := p.session.read(ctx, freshFor)
	if err != nil {
		return intent{}, err
	}
	data := drained{Evict: p.config.Bool("respect_pdb")}
	pods := leavers(w, p.targets)
	if err := asPlanned(pods, p.planned); err != nil {
		return intent{}, err
	}
	for _, pod := range pods {
		if metav1.GetControllerOfNoCopy(pod) == nil && !p.config.Bool("force") {
			return intent{}, fmt.Errorf("the pod %s/%s on node %s has no controller: move it, or set force = true to lose it", pod.Namespace, pod.Name, pod.Spec.NodeName)
		}
		data.Pods = append(data.Pods, guest{pod.Spec.NodeName, pod.Namespace + "/" + pod.Name, string(pod.UID)})
	}
	data.Owners = ownersOf(w, pods)
	made.data = data
	return made, nil
}

// inject cordons and lets every pod leave that may. What a budget protects is
// asked again until the fault ends.
func (nodeDrain) inject(ctx context.Context, i injection) error {
	var data drained
	if err := decode(i.data, &data); err != nil {
		return err
	}
	if err := i.cordon(ctx); err != nil {
		return err
	}
	if !data.Evict {
		targets := make([]providers.Target, len(data.Pods))
		for n, g := range data.Pods {
			targets[n] = g.target()
		}
		return i.deletePods(ctx, targets)
	}
	left, err := i.evict(ctx, data.Pods)
	if err != nil || len(left) == 0 {
		return err
	}
	i.session.pursuits.start(i.record.ID, i.record.Deadline, func(ctx context.Context) { i.evictAll(ctx, left) })
	return nil
}

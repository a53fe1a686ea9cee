package kubernetes

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// pvcFill is kubernetes_pvc_fill.
type pvcFill struct{ settlesAtOnce }

func (pvcFill) typeName() string  { return "kubernetes_pvc_fill" }
func (pvcFill) kind() target.Kind { return target.Claim }

func (pvcFill) schema() *schema.Block {
	return &schema.Block{
		Description: "Takes space of the volumes of persistent volume claims, with a file that has no name, held by a pod on the node where the volume is in use. The space comes back with the end of the pod.",
		Attributes: []schema.Attribute{
			{Name: "size", Type: size(), Min: schema.Number(1), Example: `"1Gi"`, Description: "How much to take. Either this or percent is required."},
			{Name: "percent", Type: percent(), Example: "95", Description: "How full the volume is to be afterwards, as df says it: the used share of what is used or available. Not for volumes that are folders of their node's own disk."},
			{Name: "path", Type: text(), Example: `"data"`, Description: "Folder of the volume, relative to its root, that the pod may write to. The root without it."},
			{Name: "reserve", Type: size(), Default: cty.StringVal("256Mi"), Description: "How much must stay available to others; the fault is refused rather than touch it. Set it to \"0B\" to let the volume run out of space."},
		},
		Exclusive: [][]string{{"size", "percent"}},
		Blocks:    []schema.NestedBlock{target.Block(target.Claim)},
	}
}

func (pvcFill) rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "persistentvolumeclaims", Verbs: []string{"get"}, Why: "see which volume a claim has"},
		{Resource: "persistentvolumes", Verbs: []string{"get"}, Cluster: true, Why: "see whether a volume is on its node's own disk"},
		{Resource: "pods", Verbs: []string{"get", "create", "delete"}, Why: "hold the space"},
		{Resource: "pods/log", Verbs: []string{"get"}, Why: "see how much is held"},
	}
}

func (pvcFill) validate(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	if values.Attr("size").IsNull() && values.Attr("percent").IsNull() {
		diags = providers.Errorf(nil, "How much is missing", "Say either size, such as \"1Gi\", or percent, such as 95.")
	}
	if folder := values.String("path"); path.IsAbs(folder) || slices.Contains(strings.Split(folder, "/"), "..") {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("path"), "Not a folder of the volume",
			"Expected a path relative to the root of the volume, without \"..\"; found %q.", folder)...)
	}
	return diags
}

func (pvcFill) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "takes space of each volume"
	switch {
	case p.config.Known("size"):
		p.plan.Effect = fmt.Sprintf("takes %s of each volume", p.config.String("size"))
	case p.config.Known("percent"):
		p.plan.Effect = fmt.Sprintf("takes space until each volume is %g percent full", p.config.Float("percent"))
	}
	p.plan.Undo = "deletes its own pod, with which the kernel frees the file's blocks"
	p.plan.Guard = "the pod itself, which ends at the deadline"
	if p.session == nil {
		return nil
	}
	var diags providers.Diagnostics
	if p.session.Access.AgentImage == "" {
		diags = providers.Errorf(nil, "No agent", "The fault runs a pod of gameday's agent, and the environment has no agent_image for it.")
	}
	for _, t := range p.choice.Targets {
		diags = append(diags, p.mountable(ctx, t)...)
	}
	return diags
}

// mountable finds what is wrong with a claim.
func (p planning) mountable(ctx context.Context, t providers.Target) providers.Diagnostics {
	namespace, name, _ := strings.Cut(t.Name, "/")
	path := cty.GetAttrPath("target")
	claim, err := p.session.Typed.CoreV1().PersistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return providers.Errorf(path, "Cannot read the claim", "%s: %s.", t.Name, err)
	}
	switch {
	case claim.Status.Phase != corev1.ClaimBound:
		return providers.Errorf(path, "Claim has no volume", "The claim %s is %s, so that there is nothing to fill.", t.Name, claim.Status.Phase)
	case slices.Contains(claim.Spec.AccessModes, corev1.ReadWriteOncePod):
		return providers.Errorf(path, "Claim is for one pod only", "The claim %s has the access mode ReadWriteOncePod, so that no second pod can mount it.", t.Name)
	case claim.Spec.VolumeMode != nil && *claim.Spec.VolumeMode == corev1.PersistentVolumeBlock:
		return providers.Errorf(path, "Volume has no filesystem", "The claim %s is for a raw block device.", t.Name)
	}
	return append(p.inUse(t), p.ownDisk(ctx, t, claim.Spec.VolumeName)...)
}

// inUse says which pods are harmed.
func (p planning) inUse(t providers.Target) providers.Diagnostics {
	users := usersOf(p.world.Pods, t.Name)
	if len(users) == 0 {
		return providers.Warningf(cty.GetAttrPath("target"), "Nothing uses the claim", "No pod mounts %s, so that nothing will notice.", t.Name)
	}
	for _, pod := range users {
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("pod %s/%s on node %s mounts %s", pod.Namespace, pod.Name, pod.Spec.NodeName, t.Name))
	}
	return nil
}

// ownDisk warns of volumes that share the disk of their node: more than the volume
// is harmed then, and a share of its size means the whole disk.
func (p planning) ownDisk(ctx context.Context, t providers.Target, name string) providers.Diagnostics {
	volume, err := p.session.Typed.CoreV1().PersistentVolumes().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		if apierrors.IsForbidden(err) {
			err = fmt.Errorf("this user may not read volumes")
		}
		return providers.Warningf(cty.GetAttrPath("target"), "Volume is not known",
			"Whether the volume of %s is on its node's own disk cannot be told: %s.", t.Name, err)
	}
	if volume.Spec.HostPath == nil && volume.Spec.Local == nil {
		return nil
	}
	p.plan.Radius = append(p.plan.Radius, "everything that writes to the disk of the node, which the volume of "+t.Name+" is a folder of")
	if p.config.Known("percent") {
		return providers.Errorf(cty.GetAttrPath("percent"), "Share of the node's own disk",
			"The volume of %s is a folder of its node's disk, which percent would fill. Say with size how much may be taken; at least %s (reserve) stay available to the node.",
			t.Name, p.config.String("reserve"))
	}
	return providers.Warningf(cty.GetAttrPath("target"), "Volume is on the node's own disk",
		"The volume of %s is a folder of its node's disk: the node itself loses that space, too. At least %s (reserve) stay available to it.", t.Name, p.config.String("reserve"))
}

// usersOf are the pods that mount a claim, given as namespace/name.
func usersOf(pods []corev1.Pod, claim string) []*corev1.Pod {
	namespace, name, _ := strings.Cut(claim, "/")
	var out []*corev1.Pod
	for i := range pods {
		pod := &pods[i]
		if pod.Namespace == namespace && slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool {
			return v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == name
		}) {
			out = append(out, pod)
		}
	}
	return out
}

func (pvcFill) intend(_ context.Context, p preparation) (intent, error) {
	var made intent
	for _, t := range p.targets {
		namespace, _, _ := strings.Cut(t.Name, "/")
		made.steps = append(made.steps, undo.Step{Kind: undo.Remove, Path: "/api/v1/namespaces/" + namespace + "/pods/" + fillerName(p.id, t)})
	}
	return made, nil
}

package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/klog/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/impact"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// expelling says which pods a taint makes leave, and where: policies judge those namespaces, as they do for a drain. Nothing
// can keep Kubernetes from it, so that pods in kube-system and outside of the fence leave as all others do.
func (p planning) expelling(ctx context.Context, taint *corev1.Taint) providers.Diagnostics {
	if taint.Effect != corev1.TaintEffectNoExecute {
		return nil
	}
	pods, err := p.podsBesideFence(ctx)
	if err != nil {
		return cannotTellExpelled(err)
	}
	var leaving []providers.Target
	var lost []string
	for _, pod := range expelled(pods, p.choice.Targets, taint, p.duration) {
		name := pod.Namespace + "/" + pod.Name
		owner, owned := p.world.OwnerOf(pod)
		if !owned {
			lost = append(lost, name)
		}
		leaving = append(leaving, providers.Target{Kind: string(target.Pod), Name: name, UID: string(pod.UID), Owner: owner.String()})
	}
	diags := p.tellExpelled(leaving)
	if len(lost) > 0 {
		diags = append(diags, providers.Warningf(cty.GetAttrPath("taint"), "Pods would be lost",
			"They do not tolerate the taint, and without a controller nothing brings them back: %s.", bounded(lost))...)
	}
	return diags
}

// tellExpelled completes a plan, and warns of what the loss of the pods means.
func (p planning) tellExpelled(leaving []providers.Target) providers.Diagnostics {
	line := "no pod leaves: all that are there tolerate the taint as long as the fault lasts"
	if len(leaving) > 0 {
		line = fmt.Sprintf("%s: %s", count(len(leaving), "pod leaves", "pods leave"), someNames(leaving))
	}
	p.plan.Namespaces, p.plan.Radius = namespacesOf(leaving, nil), append(p.plan.Radius, line)
	if fence := p.world.Namespaces; len(fence) > 0 && slices.ContainsFunc(p.plan.Namespaces, func(ns string) bool { return !slices.Contains(fence, ns) }) {
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("what that means for disruption budgets and services outside of %s is not known", strings.Join(fence, ", ")))
	}
	consequences := impact.Of(p.world, leaving)
	p.plan.Radius = append(append(p.plan.Radius, consequences.Radius...), impact.Gone(p.world, leaving)...)
	return consequences.Warnings
}

// podsBesideFence are at least the pods on the nodes, in all namespaces. A world has them where it has no fence and
// everything could be read.
func (p planning) podsBesideFence(ctx context.Context) ([]corev1.Pod, error) {
	if len(p.world.Namespaces) == 0 && len(p.world.Denied) == 0 {
		return p.world.Pods, nil
	}
	return world.PodsOn(ctx, p.session.Typed, targetNames(p.choice.Targets))
}

// cannotTellExpelled refuses a plan of which nobody can say whether it spares the protected namespaces.
func cannotTellExpelled(err error) providers.Diagnostics {
	if !apierrors.IsForbidden(err) {
		return providers.Errorf(nil, "Cannot read the cluster", "%s.", err)
	}
	return providers.Errorf(cty.GetAttrPath("taint").GetAttr("effect"), "Cannot tell which pods would leave",
		"With NoExecute pods leave whatever their namespace, and this user may not list pods in all namespaces, so that nobody can judge whether a protected one is hit. "+
			"The role that %q writes has that right. Without it, choose another effect.", "gameday schema -rbac kubernetes_node_taint")
}

// expelled are the pods on nodes that Kubernetes deletes because of a taint before a fault ends.
func expelled(pods []corev1.Pod, nodes []providers.Target, taint *corev1.Taint, within time.Duration) []*corev1.Pod {
	tainted := map[string]bool{}
	for _, t := range nodes {
		tainted[t.Name] = true
	}
	var out []*corev1.Pod
	for i := range pods {
		if pod := &pods[i]; tainted[pod.Spec.NodeName] && leavesBy(pod, taint, within) {
			out = append(out, pod)
		}
	}
	return out
}

// leavesBy judges as the taint eviction controller does: the first toleration that matches counts, and no other. Pods of
// DaemonSets and static pods have theirs in their specification, as all have.
func leavesBy(pod *corev1.Pod, taint *corev1.Taint, within time.Duration) bool {
	const comparisons = true // only a server that knows the operators Lt and Gt stores them
	for i := range pod.Spec.Tolerations {
		t := &pod.Spec.Tolerations[i]
		if t.ToleratesTaint(klog.Logger{}, taint, comparisons) {
			return t.TolerationSeconds != nil && *t.TolerationSeconds <= int64(within/time.Second)
		}
	}
	return true
}

func targetNames(targets []providers.Target) []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.Name
	}
	return names
}

package kubernetes

import (
	"fmt"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/impact"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// expelling says which pods a taint makes leave, and where: policies judge those namespaces, as they do for a drain. Nothing
// can keep Kubernetes from it, so that pods in kube-system and outside of the fence leave as all others do.
func (p planning) expelling(taint *corev1.Taint) providers.Diagnostics {
	if taint.Effect != corev1.TaintEffectNoExecute {
		return nil
	}
	var leaving []providers.Target
	var lost []string
	for _, pod := range expelled(p.world, p.choice.Targets, taint, p.duration) {
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
	if read := p.world.Namespaces; len(read) > 0 {
		p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("pods outside of %s leave, too, where they do not tolerate it, and are not counted", strings.Join(read, ", ")))
	}
	consequences := impact.Of(p.world, leaving)
	p.plan.Radius = append(p.plan.Radius, consequences.Radius...)
	return consequences.Warnings
}

// expelled are the pods on nodes that Kubernetes deletes because of a taint before a fault ends.
func expelled(w *world.World, nodes []providers.Target, taint *corev1.Taint, within time.Duration) []*corev1.Pod {
	tainted := map[string]bool{}
	for _, t := range nodes {
		tainted[t.Name] = true
	}
	var out []*corev1.Pod
	for i := range w.Pods {
		if pod := &w.Pods[i]; tainted[pod.Spec.NodeName] && leavesBy(pod, taint, within) {
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

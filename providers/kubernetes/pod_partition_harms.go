package kubernetes

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers"
)

// onHostNetwork refuses pods on which no policy acts.
func onHostNetwork(p planning) providers.Diagnostics {
	var diags providers.Diagnostics
	for _, pod := range targetPods(p) {
		if pod.Spec.HostNetwork {
			diags = append(diags, providers.Errorf(nil, "No policy acts on the pod",
				"Pod %s/%s uses the network of its node (hostNetwork), on which network policies do not act. Choose others.", pod.Namespace, pod.Name)...)
		}
	}
	return diags
}

func targetPods(p planning) []*corev1.Pod {
	chosen := map[string]bool{}
	for _, t := range p.choice.Targets {
		chosen[t.UID] = true
	}
	var out []*corev1.Pod
	for i := range p.world.Pods {
		if pod := &p.world.Pods[i]; chosen[string(pod.UID)] {
			out = append(out, pod)
		}
	}
	return out
}

// otherPolicies warns of those that select a target, too: what any policy allows
// is allowed.
func otherPolicies(ctx context.Context, p planning, c cut) providers.Diagnostics {
	var diags providers.Diagnostics
	pods := targetPods(p)
	for _, ns := range namespacesOf(p.choice.Targets, nil) {
		list, err := p.session.Typed.NetworkingV1().NetworkPolicies(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			diags = append(diags, providers.Warningf(nil, "Other policies are not known",
				"The network policies in %s cannot be read, and what one of them allows stays allowed: %s.", ns, err)...)
			continue
		}
		for i := range list.Items {
			if other := &list.Items[i]; allowsMore(other, pods, c) {
				diags = append(diags, providers.Warningf(nil, "Another policy allows more",
					"networkpolicy/%s in %s selects targets, too. What it allows stays allowed.", other.Name, ns)...)
			}
		}
	}
	return diags
}

// allowsMore reports whether a policy allows something to a pod in a direction
// that is cut.
func allowsMore(policy *networkingv1.NetworkPolicy, pods []*corev1.Pod, c cut) bool {
	if (!c.ingress || len(policy.Spec.Ingress) == 0) && (!c.egress || len(policy.Spec.Egress) == 0) {
		return false
	}
	selector, err := metav1.LabelSelectorAsSelector(&policy.Spec.PodSelector)
	if err != nil {
		return false // the server has checked it
	}
	return slices.ContainsFunc(pods, func(pod *corev1.Pod) bool {
		return pod.Namespace == policy.Namespace && selector.Matches(labels.Set(pod.Labels))
	})
}

package impact

import (
	"fmt"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// budgets finds disruption budgets that have less room than the hit needs. Pods
// that are not ready are not counted: a budget has lost them already.
func (h *hit) budgets() providers.Diagnostics {
	if h.of("deployment") || h.of("statefulset") {
		return nil // a budget follows the size of its workload
	}
	var broken []string
	for i := range h.world.Budgets {
		b := &h.world.Budgets[i]
		lost := h.lost(b)
		if lost <= int(b.Status.DisruptionsAllowed) {
			continue
		}
		broken = append(broken, fmt.Sprintf("%s/%s allows %s now (%d of %d pods are healthy, it wants %d), and %d would be hit",
			b.Namespace, b.Name, count(int(b.Status.DisruptionsAllowed), "disruption"),
			b.Status.CurrentHealthy, b.Status.ExpectedPods, b.Status.DesiredHealthy, lost))
	}
	if len(broken) == 0 {
		return nil
	}
	return providers.Warningf(nil, summary(len(broken), "A disruption budget", "disruption budgets")+" would be broken", "%s.", list(broken))
}

// lost is how many healthy pods of a budget are hit.
func (h *hit) lost(b *policyv1.PodDisruptionBudget) int {
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	if err != nil {
		return 0 // the API server would not have taken it
	}
	n := 0
	for _, pod := range h.pods {
		if pod.Namespace == b.Namespace && world.Ready(pod) && selector.Matches(labels.Set(pod.Labels)) {
			n++
		}
	}
	return n
}

// summary is "A budget" or "3 budgets".
func summary(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

package kubernetes

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
)

// asPlanned refuses to take pods away in namespaces that the plan did not name, which policies have not judged: they were
// scheduled onto the node since.
func asPlanned(leaving []*corev1.Pod, planned *providers.FaultPlan) error {
	if planned == nil {
		return nil
	}
	for _, pod := range leaving {
		if !slices.Contains(planned.Namespaces, pod.Namespace) {
			return fmt.Errorf("the pod %s/%s has come to node %s since the plan, which named no pods of that namespace: apply again, so that the plan shows it and policies judge it",
				pod.Namespace, pod.Name, pod.Spec.NodeName)
		}
	}
	return nil
}

package manifest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// resourceOf is the resource of an object that is waited for.
func resourceOf(o Object) (schema.GroupVersionResource, bool) {
	kind := o.GroupVersionKind()
	switch kind.Group + "/" + kind.Kind {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/Job":
		return kind.GroupVersion().WithResource(lower(kind.Kind) + "s"), true
	default:
		return schema.GroupVersionResource{}, false
	}
}

// stateOf says in words how much of a workload is there, whether that is all of
// it, and as an error that it will never be.
func stateOf(o *unstructured.Unstructured) (state string, ready bool, err error) {
	if o.GetKind() == "Job" {
		return jobState(o)
	}
	wanted := number(o, "spec", "replicas")
	if _, set, _ := unstructured.NestedInt64(o.Object, "spec", "replicas"); !set {
		wanted = 1
	}
	updated, available := number(o, "status", "updatedReplicas"), number(o, "status", "availableReplicas")
	if o.GetKind() == "DaemonSet" {
		wanted = number(o, "status", "desiredNumberScheduled")
		updated, available = number(o, "status", "updatedNumberScheduled"), number(o, "status", "numberAvailable")
	}
	if number(o, "status", "observedGeneration") < o.GetGeneration() {
		return "not been seen by its controller", false, nil
	}
	if o.GetKind() == "StatefulSet" && onDelete(o) {
		updated = wanted // its pods stay old until somebody deletes them
	}
	state = fmt.Sprintf("%d of %d pods available", min(updated, available), wanted)
	return state, updated >= wanted && available >= wanted, nil
}

func onDelete(o *unstructured.Unstructured) bool {
	strategy, _, _ := unstructured.NestedString(o.Object, "spec", "updateStrategy", "type")
	return strategy == "OnDelete"
}

func jobState(o *unstructured.Unstructured) (state string, ready bool, err error) {
	if message, failed := condition(o, "Failed"); failed {
		return "", false, fmt.Errorf("%w: %s", ErrFailed, message)
	}
	return fmt.Sprintf("%d pods succeeded", number(o, "status", "succeeded")), hasCondition(o, "Complete"), nil
}

func number(o *unstructured.Unstructured, path ...string) int64 {
	n, _, _ := unstructured.NestedInt64(o.Object, path...)
	return n
}

// why says what keeps the pods of a workload from running, for people.
func (a Applier) why(ctx context.Context, o Object) string {
	labels, _, _ := unstructured.NestedStringMap(o.Object, "spec", "selector", "matchLabels")
	if len(labels) == 0 {
		return ""
	}
	selector := metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: labels})
	pods, err := a.Client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).
		Namespace(o.GetNamespace()).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return ""
	}
	var reasons []string
	for i := range pods.Items {
		for _, reason := range waiting(&pods.Items[i]) {
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	return strings.Join(reasons, "; ")
}

// waiting is what the containers of a pod wait for, or why it has no node.
func waiting(pod *unstructured.Unstructured) []string {
	var reasons []string
	for _, field := range []string{"initContainerStatuses", "containerStatuses"} {
		statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", field)
		for _, status := range statuses {
			fields, _ := status.(map[string]any)
			reason, _, _ := unstructured.NestedString(fields, "state", "waiting", "reason")
			message, _, _ := unstructured.NestedString(fields, "state", "waiting", "message")
			if reason != "" {
				reasons = append(reasons, strings.TrimSuffix(fmt.Sprintf("container %v: %s: %s", fields["name"], reason, message), ": "))
			}
		}
	}
	conditions, _, _ := unstructured.NestedSlice(pod.Object, "status", "conditions")
	for _, c := range conditions {
		fields, _ := c.(map[string]any)
		if fields["type"] == "PodScheduled" && fields["status"] == "False" {
			reasons = append(reasons, fmt.Sprint(fields["message"]))
		}
	}
	return reasons
}

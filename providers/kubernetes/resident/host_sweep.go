package resident

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Hosts are the pods of agents of a run, or of every run where run is empty, in the
// namespaces or, without any, in the whole cluster. What this user may not list it has not
// made.
func Hosts(ctx context.Context, c *cluster.Cluster, run string, namespaces ...string) ([]corev1.Pod, error) {
	terms := HostLabel + "=" + HostValue + "," + undo.LabelRun
	if run != "" {
		terms += "=" + run
	}
	if len(namespaces) == 0 {
		namespaces = []string{metav1.NamespaceAll}
	}
	var out []corev1.Pod
	for _, ns := range namespaces {
		found, err := c.Typed.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{LabelSelector: terms})
		switch {
		case apierrors.IsForbidden(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("look for the pods of agents: %w", err)
		}
		out = append(out, found.Items...)
	}
	return out, nil
}

// RemoveHost deletes the pod of an agent, which ends its faults first, and then serves
// what was begun during them.
func RemoveHost(ctx context.Context, c *cluster.Cluster, pod *corev1.Pod) error {
	if err := removeHost(ctx, c, pod, serves); err != nil {
		return fmt.Errorf("remove the pod %s/%s of an agent: %w", pod.Namespace, pod.Name, err)
	}
	return nil
}

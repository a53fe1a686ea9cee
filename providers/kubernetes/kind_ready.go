package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gameday-dev/gameday/providers/kubernetes/manifest"
)

// system waits for the nodes of a cluster, and names the workloads of which it
// consists itself: its DNS, its proxy, its network.
func (m met) system(ctx context.Context) ([]manifest.Object, error) {
	if err := m.nodesReady(ctx); err != nil {
		return nil, err
	}
	var all []manifest.Object
	for _, resource := range []string{"deployments", "daemonsets"} {
		list, err := m.Dynamic.Resource(schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: resource}).
			Namespace(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("read what the cluster consists of: %w", err)
		}
		for i := range list.Items {
			all = append(all, manifest.Object{Unstructured: copyOf(&list.Items[i]), File: "the cluster itself"})
		}
	}
	return all, nil
}

func copyOf(o *unstructured.Unstructured) *unstructured.Unstructured { return o.DeepCopy() }

// nodesReady waits until every node says that it is ready.
func (m met) nodesReady(ctx context.Context) error {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := m.Typed.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		waiting := []string{"the API server does not answer"}
		if err == nil {
			waiting = notReady(list.Items)
		}
		if len(waiting) == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", manifest.ErrNotReady, strings.Join(waiting, "; "))
		}
	}
}

// notReady says of each node that is not ready what it says itself.
func notReady(nodes []corev1.Node) []string {
	var waiting []string
	for i := range nodes {
		said := "it has not said anything yet"
		for _, c := range nodes[i].Status.Conditions {
			if c.Type == corev1.NodeReady {
				said = c.Message
				if c.Status == corev1.ConditionTrue {
					said = ""
				}
			}
		}
		if said != "" {
			waiting = append(waiting, fmt.Sprintf("node %s is not ready: %s", nodes[i].Name, said))
		}
	}
	return waiting
}

package world

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
)

// PodsOn reads the pods on nodes in all namespaces, whatever the fence. Of few nodes each is asked for by itself: the server
// finds its pods without looking at the others.
func PodsOn(ctx context.Context, client kubernetes.Interface, nodes []string) ([]corev1.Pod, error) {
	if len(nodes) > together {
		return podsWhere(ctx, client, "", nodes)
	}
	parts := make([][]corev1.Pod, len(nodes))
	group, ctx := errgroup.WithContext(ctx)
	for i, node := range nodes {
		group.Go(func() (err error) {
			parts[i], err = podsWhere(ctx, client, fields.OneTermEqualSelector("spec.nodeName", node).String(), []string{node})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(parts...), nil
}

func podsWhere(ctx context.Context, client kubernetes.Interface, selector string, nodes []string) ([]corev1.Pod, error) {
	list := func(ctx context.Context, options metav1.ListOptions) (*corev1.PodList, error) {
		options.FieldSelector = selector
		return client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, options)
	}
	among := map[string]bool{}
	for _, node := range nodes {
		among[node] = true
	}
	pods, err := pages(ctx, list,
		func(l *corev1.PodList) []corev1.Pod { return l.Items },
		func(p *corev1.Pod) bool { return among[p.Spec.NodeName] && leanPod(p) })
	if err != nil {
		return nil, fmt.Errorf("list pods in %s: %w", AllNamespaces, err)
	}
	return pods, nil
}

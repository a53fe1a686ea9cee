package e2ecluster

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/e2e-framework/klient"
)

// waitReady waits for the nodes, and for what the cluster itself runs on them: a test that begins at once asks for the names
// of services.
func waitReady(ctx context.Context, client klient.Client) error {
	waiting := "the API server"
	err := wait.PollUntilContextCancel(ctx, 250*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		var unready string
		var err error
		for _, look := range []func(context.Context, klient.Client) (string, error){unreadyNode, unreadyDeployment, unreadyDaemonSet} {
			if unready, err = look(ctx, client); err != nil || unready != "" {
				break
			}
		}
		if unready != "" {
			waiting = unready
		}
		return err == nil && unready == "", nil // with an error, it is coming up
	})
	if err != nil {
		return fmt.Errorf("wait until the cluster is ready: %s is not: %w", waiting, err)
	}
	return nil
}

// unreadyNode names a node that is not ready; empty when all are.
func unreadyNode(ctx context.Context, client klient.Client) (string, error) {
	var nodes corev1.NodeList
	if err := client.Resources().List(ctx, &nodes); err != nil {
		return "", err
	}
	if len(nodes.Items) == 0 {
		return "the first node", nil
	}
	for i := range nodes.Items {
		if !isReady(&nodes.Items[i]) {
			return nodes.Items[i].Name, nil
		}
	}
	return "", nil
}

func isReady(node *corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// unreadyDeployment names one of the cluster's own, such as its DNS.
func unreadyDeployment(ctx context.Context, client klient.Client) (string, error) {
	var all appsv1.DeploymentList
	if err := client.Resources(metav1.NamespaceSystem).List(ctx, &all); err != nil {
		return "", err
	}
	for i := range all.Items {
		if d := &all.Items[i]; d.Status.ObservedGeneration < d.Generation || d.Spec.Replicas != nil && d.Status.ReadyReplicas < *d.Spec.Replicas {
			return "deployment " + d.Name, nil
		}
	}
	return "", nil
}

// unreadyDaemonSet names one of the cluster's own, such as its proxy.
func unreadyDaemonSet(ctx context.Context, client klient.Client) (string, error) {
	var all appsv1.DaemonSetList
	if err := client.Resources(metav1.NamespaceSystem).List(ctx, &all); err != nil {
		return "", err
	}
	for i := range all.Items {
		if d := &all.Items[i]; d.Status.ObservedGeneration < d.Generation || d.Status.NumberReady < d.Status.DesiredNumberScheduled {
			return "daemonset " + d.Name, nil
		}
	}
	return "", nil
}

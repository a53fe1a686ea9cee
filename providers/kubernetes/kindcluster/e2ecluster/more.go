package e2ecluster

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/e2e-framework/klient"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// LoadImage loads an image of this machine's engine into every node. It takes no
// arguments beside.
func (c *Cluster) LoadImage(ctx context.Context, image string, _ ...string) error {
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return err
	}
	return engine.LoadImages(ctx, c.spec.Name, []string{image})
}

// LoadImageArchive loads an archive of images into every node. It takes no
// arguments beside.
func (c *Cluster) LoadImageArchive(ctx context.Context, archivePath string, _ ...string) error {
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return err
	}
	return engine.LoadArchive(ctx, c.spec.Name, kindcluster.Archive{Path: archivePath})
}

// ExportLogs writes what nodes and pods have logged into a folder.
func (c *Cluster) ExportLogs(ctx context.Context, dest string) error {
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return err
	}
	return engine.CollectLogs(ctx, c.spec.Name, dest)
}

// waitReady waits for the nodes, and for nothing that needs them.
func waitReady(ctx context.Context, client klient.Client) error {
	waiting := "the API server"
	err := wait.PollUntilContextCancel(ctx, 250*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		var nodes corev1.NodeList
		if err := client.Resources().List(ctx, &nodes); err != nil || len(nodes.Items) == 0 {
			return false, nil //nolint:nilerr // it is coming up
		}
		for i := range nodes.Items {
			if waiting = nodes.Items[i].Name; !isReady(&nodes.Items[i]) {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("wait until every node is ready: %s is not: %w", waiting, err)
	}
	return nil
}

func isReady(node *corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

package e2ecluster

import (
	"context"

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

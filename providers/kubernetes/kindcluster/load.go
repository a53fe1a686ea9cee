package kindcluster

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
)

// Archive is a file with images, as `docker save` or an OCI build makes them.
type Archive struct {
	Path string
	Tag  string // of its only image: a node that has it is left out; empty to load it anyway
}

// LoadArchive loads an archive into every node of a cluster.
func (e Engine) LoadArchive(ctx context.Context, name string, archive Archive) error {
	all, err := e.provider(nil).ListInternalNodes(name)
	if err != nil {
		return fmt.Errorf("load %s: %w", archive.Path, err)
	}
	var group errgroup.Group
	for _, node := range all {
		group.Go(func() error {
			if archive.Tag != "" && (onNode{ctx, node}).hasTag(archive.Tag) {
				return nil
			}
			return loadInto(ctx, node, archive.Path)
		})
	}
	return group.Wait()
}

// LoadImages loads images of this machine's engine into every node of a cluster,
// leaving out those that a node already has under the same name. An image that was
// built again is another one.
func (e Engine) LoadImages(ctx context.Context, name string, images []string) error {
	all, err := e.provider(nil).ListInternalNodes(name)
	if err != nil {
		return fmt.Errorf("load images into the kind cluster %q: %w", name, err)
	}
	missing := map[string][]nodes.Node{}
	for _, image := range images {
		id, err := e.imageID(ctx, image)
		if err != nil {
			return fmt.Errorf("load the image %s into the kind cluster %q: %s does not have it (%w): build it or pull it first", image, name, e, err)
		}
		missing[image] = without(ctx, all, image, id)
	}
	for _, image := range images {
		if err := e.copyImage(ctx, image, missing[image]); err != nil {
			return err
		}
	}
	return nil
}

// without are the nodes that do not have an image.
func without(ctx context.Context, all []nodes.Node, image, id string) []nodes.Node {
	var out []nodes.Node
	for _, node := range all {
		if !(onNode{ctx, node}).has(image, id) {
			out = append(out, node)
		}
	}
	return out
}

// copyImage saves an image to a file, which can be read by all nodes at once.
func (e Engine) copyImage(ctx context.Context, image string, to []nodes.Node) error {
	if len(to) == 0 {
		return nil
	}
	file, err := os.CreateTemp("", "gameday-image-*.tar")
	if err != nil {
		return fmt.Errorf("save the image %s: %w", image, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // a temporary file
	if err := file.Close(); err != nil {
		return fmt.Errorf("save the image %s: %w", image, err)
	}
	if _, err := e.output(ctx, "save", "-o", file.Name(), image); err != nil {
		return fmt.Errorf("save the image %s: %w", image, err)
	}
	var group errgroup.Group
	for _, node := range to {
		group.Go(func() error { return loadInto(ctx, node, file.Name()) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("image %s: %w", image, err)
	}
	return nil
}

// loadInto loads an archive into a node. kind's way knows no context; cut off, it
// ends with the node or by itself.
func loadInto(ctx context.Context, node nodes.Node, path string) error {
	done := make(chan error, 1)
	go func() { done <- load(ctx, node, path) }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("load %s into node %s: %w", path, node, failure(err))
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("load %s into node %s: %w", path, node, ctx.Err())
	}
}

func load(ctx context.Context, node nodes.Node, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return nodeutils.LoadImageArchive(node, &cutReader{ctx, file})
}

// cutReader ends when its context does.
type cutReader struct {
	ctx  context.Context // of this one reading
	from io.Reader
}

func (r *cutReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

package kindcluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoNodeImage says that a node image is neither there nor to be had.
var ErrNoNodeImage = errors.New("the node image is not on this machine and cannot be pulled")

// EnsureImages makes sure that the node images of a spec are on this machine, and
// pulls what is missing.
func (e Engine) EnsureImages(ctx context.Context, spec Spec, progress func(step string)) error {
	config, err := spec.Resolve()
	if err != nil {
		return err
	}
	var images []string
	for _, n := range config.Nodes {
		images = append(images, n.Image)
	}
	slices.Sort(images)
	for _, image := range slices.Compact(images) {
		if err := e.ensureImage(ctx, image, progress); err != nil {
			return err
		}
	}
	return nil
}

func (e Engine) ensureImage(ctx context.Context, image string, progress func(string)) error {
	there, err := e.Has(ctx, image)
	if there || err != nil {
		return err
	}
	name, _, _ := strings.Cut(image, "@")
	progress("pull the node image " + name)
	if _, err := e.output(ctx, "pull", "-q", image); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%w: %s (%w). Pull it where there is a registry and load it here with \"%s load\", or build one with \"kind build node-image\", and name it by image = \"...\"%s",
			ErrNoNodeImage, image, err, e, e.others(ctx))
	}
	return nil
}

// Has reports whether an image is on this machine. An engine that does not answer
// is an error.
func (e Engine) Has(ctx context.Context, image string) (bool, error) {
	if _, err := e.imageID(ctx, image); err == nil {
		return true, nil
	}
	if _, err := e.output(ctx, "version"); err != nil {
		return false, fmt.Errorf("the container engine does not answer: %w: start it, or let this user reach it", err)
	}
	return false, nil
}

func (e Engine) imageID(ctx context.Context, image string) (string, error) {
	lines, err := e.output(ctx, "image", "inspect", "--format", "{{.Id}}", image)
	if err != nil {
		return "", err
	}
	if len(lines) == 0 {
		return "", fmt.Errorf("%s image inspect %s: expected an id, found nothing", e, image)
	}
	return lines[0], nil
}

// others names the images on this machine that look like node images.
func (e Engine) others(ctx context.Context) string {
	lines, err := e.output(ctx, "images", "--format", "{{.Repository}}:{{.Tag}}")
	if err != nil {
		return ""
	}
	lines = slices.DeleteFunc(lines, func(name string) bool { return !strings.Contains(name, "node") || strings.Contains(name, "<none>") })
	if len(lines) == 0 {
		return ""
	}
	return "; on this machine are: " + strings.Join(lines, ", ")
}

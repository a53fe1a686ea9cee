package kubernetes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"

	"github.com/gameday-dev/gameday/providers"
)

// pauseImage does nothing. It is what a pod is given whose node names no such image,
// and it may have to be pulled.
const pauseImage = "registry.k8s.io/pause:3.10.1"

// errNoPause says that a node does not list an image that does nothing. A kubelet
// lists fifty images, the largest first: where there are more, this one is missing.
var errNoPause = errors.New("it lists no pause image")

// pauses is the image that the pods are going to run, in words, with a warning where
// their nodes may not have it.
func (p planning) pauses(ctx context.Context) (image string, diags providers.Diagnostics) {
	if p.config.Known("image") {
		return p.config.String("image"), nil
	}
	if p.session == nil || !p.config.Attr("image").IsKnown() {
		return "an image that does nothing", nil
	}
	on := nodePauses{list: p.session.Typed.CoreV1().Nodes()}
	var images, lacking []string
	for _, node := range nodesOf(p.world.Pods, p.choice.Targets) {
		found, err := on.on(ctx, node)
		if err != nil {
			lacking = append(lacking, fmt.Sprintf("%s (%s)", node, err))
		}
		images = append(images, found)
	}
	slices.Sort(images)
	if len(lacking) > 0 {
		diags = providers.Warningf(nil, "Pause image may have to be pulled",
			"Pods get %s, unless their node has a pause image already, and that could not be seen on %s. Name with image what these nodes have or can pull.", pauseImage, strings.Join(lacking, ", "))
	}
	return strings.Join(slices.Compact(images), " or "), diags
}

// nodesOf are the nodes on which targets run, sorted.
func nodesOf(pods []corev1.Pod, targets []providers.Target) []string {
	chosen := map[string]bool{}
	for _, t := range targets {
		chosen[t.UID] = true
	}
	var out []string
	for i := range pods {
		if chosen[string(pods[i].UID)] && pods[i].Spec.NodeName != "" {
			out = append(out, pods[i].Spec.NodeName)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// nodePauses finds the images that do nothing on nodes, each node once.
type nodePauses struct {
	list interface {
		List(ctx context.Context, options metav1.ListOptions) (*corev1.NodeList, error)
	}
	known map[string]string
}

// on is the image for pods on a node. It is one to go on with also when there is an
// error, which says why it is not the node's own.
func (n *nodePauses) on(ctx context.Context, node string) (string, error) {
	if image, found := n.known[node]; found {
		return image, nil
	}
	// A list needs no right that plans do not need anyway.
	nodes, err := n.list.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + node})
	if err != nil {
		return pauseImage, err
	}
	image := ""
	for i := range nodes.Items {
		image = pauseAmong(nodes.Items[i].Status.Images)
	}
	if image == "" {
		return pauseImage, errNoPause
	}
	if n.known == nil {
		n.known = map[string]string{}
	}
	n.known[node] = image
	return image, nil
}

// pauseAmong chooses the image that does nothing among those that a node has: the
// newest, of Kubernetes' own registry before others; empty when there is none. Names
// by digest are left out, as runtimes tell containers' images by their tags.
func pauseAmong(images []corev1.ContainerImage) string {
	var found []name.Tag
	for _, image := range images {
		for _, text := range image.Names {
			if tag, err := name.NewTag(text, name.StrictValidation); err == nil && isPause(tag) {
				found = append(found, tag)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.MaxFunc(found, comparePauses).String()
}

// isPause knows the image by the name that distributions keep when they mirror it.
func isPause(tag name.Tag) bool {
	base := path.Base(tag.RepositoryStr())
	return base == "pause" || base == "mirrored-pause"
}

func comparePauses(a, b name.Tag) int {
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		compareVersions(a.TagStr(), b.TagStr()),
		cmp.Compare(a.String(), b.String()),
	)
}

func rank(tag name.Tag) int {
	if tag.RegistryStr() == "registry.k8s.io" {
		return 1
	}
	return 0
}

// compareVersions puts what is no version, such as "latest", before all that are.
func compareVersions(a, b string) int {
	x, errX := version.ParseGeneric(a)
	y, errY := version.ParseGeneric(b)
	switch {
	case errX != nil && errY != nil:
		return 0
	case errX != nil:
		return -1
	case errY != nil:
		return 1
	case x.LessThan(y):
		return -1
	case y.LessThan(x):
		return 1
	default:
		return 0
	}
}

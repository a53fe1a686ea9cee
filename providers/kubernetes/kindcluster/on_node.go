package kindcluster

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// onNode asks a node's containerd what it has. Every node of kind has its ctr, while
// crictl, which kind's own check needs, is missing in some.
type onNode struct {
	ctx  context.Context //nolint:containedctx // lives as long as one question
	node nodes.Node
}

// has reports whether the node has an image under a name and with an id: the digest
// of its configuration or, in engines that keep images as containerd does, of its
// manifest. Where that can't be told, it is loaded once more.
func (n onNode) has(image, id string) bool {
	full := fullName(image)
	table, err := n.ctr("images", "ls", "name=="+full)
	if err != nil {
		return false
	}
	digest := digestOf(table, full)
	return digest != "" && leadsTo(n.content, digest, id)
}

// hasTag reports whether the node has an image of this very name.
func (n onNode) hasTag(tag string) bool {
	lines, err := n.ctr("images", "ls", "-q", "name=="+tag)
	return err == nil && len(lines) > 0
}

// content is what the node keeps under a digest.
func (n onNode) content(digest string) ([]byte, error) {
	lines, err := n.ctr("content", "get", digest)
	return []byte(strings.Join(lines, "\n")), err
}

func (n onNode) ctr(args ...string) ([]string, error) {
	return kindexec.OutputLines(n.node.CommandContext(n.ctx, "ctr", append([]string{"--namespace=k8s.io"}, args...)...))
}

// fullName is an image's name as containerd keeps it: "shop:dev" is
// "docker.io/library/shop:dev" there.
func fullName(image string) string {
	ref, err := name.ParseReference(image)
	if err != nil {
		return image // what is no name is found nowhere
	}
	return strings.TrimPrefix(ref.Name(), "index.") // index.docker.io is the same registry by its other name
}

// digestOf finds the digest of an image in the table that "ctr images ls" prints,
// whose columns are REF, TYPE, DIGEST and more; empty when it is not there.
func digestOf(table []string, image string) string {
	for _, line := range table {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == image {
			return fields[2]
		}
	}
	return ""
}

// document is an index or a manifest, as far as it leads to an image's id.
type document struct {
	Config    descriptor   `json:"config"`
	Manifests []descriptor `json:"manifests"`
}

type descriptor struct {
	Digest string `json:"digest"`
}

// leadsTo reports whether a digest is an image's id, or is that of a manifest or an
// index with that image. Of an index, a node may lack what is for other platforms.
func leadsTo(content func(digest string) ([]byte, error), digest, id string) bool {
	if sameDigest(digest, id) {
		return true
	}
	text, err := content(digest)
	var d document
	if err != nil || json.Unmarshal(text, &d) != nil {
		return false
	}
	return sameDigest(d.Config.Digest, id) || slices.ContainsFunc(d.Manifests, func(m descriptor) bool {
		return leadsTo(content, m.Digest, id)
	})
}

// sameDigest compares digests; podman tells ids without their algorithm.
func sameDigest(a, b string) bool {
	return a != "" && strings.TrimPrefix(a, "sha256:") == strings.TrimPrefix(b, "sha256:")
}

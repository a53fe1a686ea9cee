package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Path is where the agent stands in its image.
const Path = "/gameday-agent"

// Tag is the name of the agent's image. It follows from the binary alone, so that
// an image that is there need not be loaded again, and one of another version is
// never taken for it. Its registry is one that nothing is ever pulled from.
func (b Binary) Tag() (string, error) {
	digest, err := b.Digest()
	if err != nil {
		return "", err
	}
	return "localhost/gameday/agent:" + digest[:16], nil
}

// Write writes an archive as `docker save` makes them: an image of nothing but the
// agent, under a tag. Pods give it a role by args, as its command is the agent.
func (b Binary) Write(to io.Writer, tag string) error {
	reference, err := name.NewTag(tag)
	if err != nil {
		return fmt.Errorf("name the agent's image: %w", err)
	}
	image, err := b.image()
	if err != nil {
		return fmt.Errorf("build the agent's image: %w", err)
	}
	if err := tarball.Write(reference, image, to); err != nil {
		return fmt.Errorf("write the agent's image: %w", err)
	}
	return nil
}

func (b Binary) image() (v1.Image, error) {
	content, err := os.ReadFile(b.Path)
	if err != nil {
		return nil, err
	}
	text, err := packed(content)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	})
	if err != nil {
		return nil, err
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Config.User = "65532:65532" // so that it runs where Pod Security is "restricted"
	config.Config.Entrypoint = append([]string{Path}, b.Args...)
	config.Config.Labels = map[string]string{"org.opencontainers.image.title": "gameday-agent"}
	return mutate.ConfigFile(image, config)
}

// packed is a file system of one file. Nothing in it depends on the clock or the
// machine: the same binary gives the same image.
func packed(content []byte) ([]byte, error) {
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	header := &tar.Header{Name: Path[1:], Mode: 0o755, Size: int64(len(content)), ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	if err := archive.WriteHeader(header); err != nil {
		return nil, err
	}
	if _, err := archive.Write(content); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

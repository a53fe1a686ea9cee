package install

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/renameio/v2"
	"github.com/hashicorp/go-version"
)

// registryScheme is before the sources that are repositories of a registry.
const registryScheme = "oci://"

// titleAnnotation is the name of the file that a layer is, as ORAS writes it (OCI image specification, annotations).
const titleAnnotation = "org.opencontainers.image.title"

// repository is a provider in a registry: its tags are versions, and a tag is an index with a manifest for each platform, or
// a manifest for one. The program is the manifest's layer, as it is, as "oras push" makes it.
type repository struct {
	name.Repository

	options []remote.Option
}

// pull takes a program from a registry: the newest version that fits, or the one that is locked. What is there already
// and is what was locked is not asked for again.
func (p Places) pull(ctx context.Context, r Requirement, locked Locked) (Found, error) {
	if locked.Hashes[Platform()] != "" {
		if f, err := p.Again(r, locked); err == nil && locked.matches(f.Path, f.SHA256) == nil {
			return f, nil
		}
	}
	from, err := open(ctx, r.Source)
	if err != nil {
		return Found{}, err
	}
	tag, release, err := from.newest(r, locked.Version)
	if err != nil {
		return Found{}, err
	}
	layer, err := from.program(tag, program(r.Source))
	if err != nil {
		return Found{}, fmt.Errorf("%s:%s: %w", r.Source, tag, err)
	}
	to := p.installed(r.Source, release)
	if err := fetch(layer, to, locked); err != nil {
		return Found{}, fmt.Errorf("install %s:%s: %w", r.Source, tag, err)
	}
	return found(r, to, release)
}

// open names a repository; credentials are those that "docker login" or "oras login" have stored.
func open(ctx context.Context, source string) (repository, error) {
	at, err := name.NewRepository(strings.TrimPrefix(source, registryScheme), name.StrictValidation)
	if err != nil {
		return repository{}, fmt.Errorf("%q is not a repository of a registry: expected %sREGISTRY/NAME: %w", source, registryScheme, err)
	}
	return repository{at, []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain),
		remote.WithPlatform(v1.Platform{OS: runtime.GOOS, Architecture: runtime.GOARCH}),
	}}, nil
}

// newest is the tag of the newest version that a requirement allows, or of the locked one, and that version.
func (r repository) newest(needed Requirement, locked string) (tag, release string, err error) {
	tags, err := remote.List(r.Repository, r.options...)
	if err != nil {
		return "", "", fmt.Errorf("the registry %s does not say which versions of %s there are: %w", r.RegistryStr(), needed.Source, err)
	}
	constraint, err := constraints(needed.Version)
	if err != nil {
		return "", "", err
	}
	var fit []*version.Version
	var others []string
	for _, tag := range tags { // of those, "1.2" moves with every 1.2.x: only whole versions count
		v, err := version.NewSemver(tag)
		if err != nil || strings.TrimPrefix(tag, "v") != v.String() || !constraint.Check(v) || !isAsked(v, v.String(), needed.Version, locked) {
			others = append(others, tag)
			continue
		}
		fit = append(fit, v)
	}
	if len(fit) == 0 {
		return "", "", fmt.Errorf("%s has no version that is %s, only %s", needed.Source, wanted(needed.Version, locked), orNone(others))
	}
	v := slices.MaxFunc(fit, (*version.Version).Compare)
	return v.Original(), v.String(), nil
}

// program is the layer that has the program: of its name, or the only one.
func (r repository) program(tag, file string) (v1.Layer, error) {
	image, err := remote.Image(r.Tag(tag), r.options...)
	if err != nil {
		return nil, fmt.Errorf("there is nothing for %s: %w", Platform(), err)
	}
	manifest, err := image.Manifest()
	if err != nil {
		return nil, fmt.Errorf("read its manifest: %w", err)
	}
	if config, err := image.ConfigFile(); err == nil && config.OS != "" && config.OS+"_"+config.Architecture != Platform() {
		return nil, fmt.Errorf("there is nothing for %s, only for %s_%s", Platform(), config.OS, config.Architecture) // and no index to choose from
	}
	var titles []string
	for _, layer := range manifest.Layers {
		title := layer.Annotations[titleAnnotation]
		if titles = append(titles, title); title == file || len(manifest.Layers) == 1 {
			return image.LayerByDigest(layer.Digest)
		}
	}
	return nil, fmt.Errorf("expected one layer, or one named %s, found %d: %s", file, len(titles), strings.Join(titles, ", "))
}

// fetch writes a layer to a file, which is replaced only when all of it is there and is what was locked. That it is what
// its manifest says is seen to by the layer.
func fetch(layer v1.Layer, to string, locked Locked) error {
	text, err := layer.Compressed() // as it was pushed: nobody has compressed it
	if err != nil {
		return err
	}
	defer func() { _ = text.Close() }() // only read
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	file, err := renameio.NewPendingFile(to, renameio.WithPermissions(0o755))
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, sum), text); err != nil {
		return errors.Join(err, file.Cleanup())
	}
	if locked.Hashes[Platform()] != "" {
		if err := locked.matches(to, fmt.Sprintf("%x", sum.Sum(nil))); err != nil {
			return errors.Join(err, file.Cleanup())
		}
	}
	return file.CloseAtomicallyReplace()
}

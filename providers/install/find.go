package install

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/go-version"
)

// Found is a provider's program.
type Found struct {
	Requirement

	Path    string `json:"path"`              // absolute
	Release string `json:"release,omitempty"` // its version, as the mirror says; empty for a program that must be asked
	SHA256  string `json:"sha256"`            // hexadecimal; empty for a process that somebody else has started

	LockedIn string `json:"locked_in,omitempty"` // directory of the lock file, absolute
}

// Installed is where programs from mirrors and registries are put, below the directory of a configuration.
const Installed = ".gameday/providers"

// Places says where to look.
type Places struct {
	Dir    string // of the configuration; paths start here
	Mirror string // a directory of providers: NAMESPACE/NAME/VERSION/OS_ARCH/gameday-provider-NAME; empty for none
}

// Choose finds the program of a requirement: the one that is there, or of a mirror or a registry the newest version that
// fits. With a version that is locked, it takes that one, and of these two only the program that was locked.
func (p Places) Choose(ctx context.Context, r Requirement, locked Locked) (Found, error) {
	kind, err := KindOf(r.Source)
	switch {
	case err != nil:
		return Found{}, err
	case kind == Local:
		return p.local(r)
	}
	if err := r.allows(locked.Version); err != nil {
		return Found{}, err
	}
	switch {
	case kind == Pulled:
		return p.pull(ctx, r, locked)
	case p.Mirror == "":
		return Found{}, fmt.Errorf("no mirror was named in which to look for %s: use -mirror DIR, or the environment variable GAMEDAY_PROVIDER_MIRROR", r.Source)
	}
	chosen, err := p.newest(r, locked.Version)
	if err != nil {
		return Found{}, err
	}
	from := filepath.Join(p.Mirror, filepath.FromSlash(r.Source), chosen, Platform(), program(r.Source))
	if err := locked.is(from); err != nil {
		return Found{}, err
	}
	to := p.installed(r.Source, chosen)
	if err := install(from, to); err != nil {
		return Found{}, err
	}
	return found(r, to, chosen)
}

// Again finds the program of a provider that has been installed.
func (p Places) Again(r Requirement, locked Locked) (Found, error) {
	if kind, err := KindOf(r.Source); err != nil || kind == Local {
		return p.local(r)
	}
	return found(r, p.installed(r.Source, locked.Version), locked.Version)
}

func (p Places) installed(source, version string) string {
	source = strings.ReplaceAll(strings.TrimPrefix(source, registryScheme), ":", "_") // of a port
	return filepath.Join(p.Dir, filepath.FromSlash(Installed), filepath.FromSlash(source), version, Platform(), program(source))
}

func (p Places) local(r Requirement) (Found, error) {
	path := filepath.FromSlash(r.Source)
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.Dir, path)
	}
	return found(r, path, "")
}

func found(r Requirement, path, version string) (Found, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Found{}, fmt.Errorf("find %s: %w", path, err)
	}
	sum, err := Sum(path)
	if err != nil {
		return Found{}, err
	}
	return Found{Requirement: r, Path: path, Release: version, SHA256: sum}, nil
}

// Sum is the SHA-256 of a program, in hexadecimal.
func Sum(path string) (string, error) {
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no program %s", path)
	case err != nil:
		return "", fmt.Errorf("read the program: %w", err)
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read the program: %w", err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// newest is the newest version of a mirror that fits and is there for this platform, or the locked one.
func (p Places) newest(r Requirement, locked string) (string, error) {
	folder := filepath.Join(p.Mirror, filepath.FromSlash(r.Source))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", fmt.Errorf("the mirror %s has no provider %s: %w", p.Mirror, r.Source, err)
	}
	constraint, err := constraints(r.Version)
	if err != nil {
		return "", err
	}
	var fit []*version.Version
	var others []string
	for _, entry := range entries {
		v, err := version.NewVersion(entry.Name())
		if err != nil {
			continue
		}
		_, missing := os.Stat(filepath.Join(folder, entry.Name(), Platform(), program(r.Source)))
		if missing != nil || !constraint.Check(v) || !isAsked(v, entry.Name(), r.Version, locked) {
			others = append(others, entry.Name())
			continue
		}
		fit = append(fit, v)
	}
	if len(fit) == 0 {
		return "", fmt.Errorf("the mirror %s has no version of %s that is %s for %s, only %s", p.Mirror, r.Source, wanted(r.Version, locked), Platform(), orNone(others))
	}
	return slices.MaxFunc(fit, (*version.Version).Compare).Original(), nil
}

// isAsked reports whether of the versions that fit one may be taken, by its name: the locked one, or, with none locked, any
// that is no pre-release that the constraint does not name. Tags of single platforms look like pre-releases, too:
// 1.2.0-linux-amd64.
func isAsked(v *version.Version, name, constraint, locked string) bool {
	if locked != "" {
		return name == locked
	}
	return v.Prerelease() == "" || strings.Contains(constraint, v.Prerelease())
}

func constraints(text string) (version.Constraints, error) {
	if text == "" {
		return nil, nil
	}
	c, err := version.NewConstraint(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no version constraint: %w", text, err)
	}
	return c, nil
}

func wanted(constraint, locked string) string {
	switch {
	case locked != "":
		return "the locked " + locked
	case constraint != "":
		return constraint
	default:
		return "there"
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none at all"
	}
	return strings.Join(names, ", ")
}

// allows says why a version that is locked may not be taken any more: the constraint was another when it was locked. What is
// no version is not found, which says enough.
func (r Requirement) allows(locked string) error {
	constraint, err := constraints(r.Version)
	if err != nil {
		return err
	}
	if v, err := version.NewVersion(locked); err == nil && !constraint.Check(v) {
		return fmt.Errorf("the locked %s of %s is not %s, as the configuration requires now: run gameday init -upgrade", locked, r.Source, r.Version)
	}
	return nil
}

// install copies a program to where it is run from.
func install(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("install %s: %w", from, err)
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("install %s: %w", from, err)
	}
	if err := renameio.WriteFile(to, text, 0o755); err != nil {
		return fmt.Errorf("install %s: %w", from, err)
	}
	return nil
}

// Fits reports whether a version is one that a requirement allows. A pre-release counts as the version that it
// leads to.
func (r Requirement) Fits(have string) error {
	constraint, err := constraints(r.Version)
	if err != nil {
		return err
	}
	v, err := version.NewVersion(have)
	if err != nil {
		return fmt.Errorf("the provider says that it is of version %q: expected a semantic version", have)
	}
	if !constraint.Check(v.Core()) {
		return fmt.Errorf("the provider %s is required as %s, and this is %s", r.Name, r.Version, have)
	}
	return nil
}

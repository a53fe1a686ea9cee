// Package install finds the programs of providers that are not built in, and keeps account of which
// ones were chosen in a lock file, so that everybody runs the same ones and a program that was
// changed is not run.
package install

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// Builtin is the source of providers that are part of gameday.
const Builtin = "builtin"

// Requirement is a provider that a configuration needs.
type Requirement struct {
	Name    string   `json:"name"`              // local name, the prefix of its types
	Source  string   `json:"source"`            // Builtin, a path, NAMESPACE/NAME of a mirror, or oci://REGISTRY/NAME
	Version string   `json:"version,omitempty"` // a constraint; empty for any
	Env     []string `json:"env,omitempty"`     // environment variables that it gets beside those that all get
}

// Kind says how a source is found.
type Kind int

// The kinds of sources.
const (
	BuiltIn  Kind = iota
	Local         // a program in the file system
	Mirrored      // one of a directory of providers
	Pulled        // one of a registry of container images
)

// KindOf tells what a source is. The error says what sources look like.
func KindOf(source string) (Kind, error) {
	switch {
	case source == Builtin:
		return BuiltIn, nil
	case strings.HasPrefix(source, "./"), strings.HasPrefix(source, "../"), filepath.IsAbs(source):
		return Local, nil
	case mirrored().MatchString(source):
		return Mirrored, nil
	case strings.HasPrefix(source, registryScheme):
		at := strings.TrimPrefix(source, registryScheme)
		_, err := name.NewRepository(at, name.StrictValidation)
		if err == nil && path.Clean(at) != at {
			err = errors.New("it has an element that is empty, or made of dots")
		}
		if err != nil {
			return 0, fmt.Errorf("%q is not the source of a provider: expected oci://REGISTRY/NAME, without a tag: %w", source, err)
		}
		return Pulled, nil
	default:
		return 0, fmt.Errorf("%q is not the source of a provider: expected \"builtin\", a path that starts with ./, ../ or /, NAMESPACE/NAME of a provider in a mirror, or oci://REGISTRY/NAME", source)
	}
}

func mirrored() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
}

// Platform is the one that this program was built for, as mirrors name it: "linux_amd64".
func Platform() string { return runtime.GOOS + "_" + runtime.GOARCH }

// program is the name of the program of a source that ends with NAME or gameday-provider-NAME.
func program(source string) string {
	file := "gameday-provider-" + strings.TrimPrefix(path.Base(source), "gameday-provider-")
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	return file
}

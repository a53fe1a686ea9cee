// Package install finds the programs of providers that are not built in, and keeps account of which
// ones were chosen in a lock file, so that everybody runs the same ones and a program that was
// changed is not run.
package install

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Builtin is the source of providers that are part of gameday.
const Builtin = "builtin"

// Requirement is a provider that a configuration needs.
type Requirement struct {
	Name    string   `json:"name"`              // local name, the prefix of its types
	Source  string   `json:"source"`            // Builtin, a path, or NAMESPACE/NAME of a mirror
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
	default:
		return 0, fmt.Errorf("%q is not the source of a provider: expected \"builtin\", a path that starts with ./, ../ or /, or NAMESPACE/NAME of a provider in a mirror", source)
	}
}

func mirrored() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
}

// Platform is the one that this program was built for, as mirrors name it: "linux_amd64".
func Platform() string { return runtime.GOOS + "_" + runtime.GOARCH }

// program is the name of the program of a source NAMESPACE/NAME.
func program(source string) string {
	name := "gameday-provider-" + path.Base(source)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return name
}

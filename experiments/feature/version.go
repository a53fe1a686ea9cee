package feature

import (
	"runtime/debug"
	"strings"
)

// module is what gameday is called among the dependencies of a test.
const module = "github.com/gameday-dev/gameday"

// development is the version of a working copy.
const development = "0.0.0-dev"

// version is the semantic version of the gameday that the test was built with.
func version() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return development
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module && strings.HasPrefix(dependency.Version, "v") {
			return strings.TrimPrefix(dependency.Version, "v")
		}
	}
	return development
}

// released is the version that constraints are held against; empty for a working
// copy, which has no place in their order.
func released() string {
	if v := version(); v != development {
		return v
	}
	return ""
}

// Package registry knows the built-in providers. It is the only package beside
// the commands that imports concrete ones.
package registry

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/chaosmesh"
	"github.com/gameday-dev/gameday/providers/exec"
	"github.com/gameday-dev/gameday/providers/http"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/local"
	"github.com/gameday-dev/gameday/providers/tcp"
)

// Builtin is every built-in provider. The options are those of the local
// provider, which may need to be told where its agent is. The error names types
// that two providers claim.
func Builtin(options ...local.Option) (*providers.Set, error) {
	return providers.NewSet(builtin(options)...)
}

func builtin(options []local.Option) []providers.Provider {
	clusters := kubernetes.New()
	return []providers.Provider{
		chaosmesh.New(clusters),
		exec.New(),
		http.New(),
		clusters,
		local.New(options...),
		tcp.New(),
	}
}

package feature

import (
	"sigs.k8s.io/e2e-framework/pkg/envconf"

	"github.com/gameday-dev/gameday/runner/launch"
)

// assignments are the values that the options give, in their order.
func (s *settings) assignments(env *envconf.Config) []launch.Assignment {
	var out []launch.Assignment
	for _, v := range s.variables {
		if v.file {
			out = append(out, launch.Assignment{File: v.name})
			continue
		}
		out = append(out, launch.Assignment{Name: v.name, Value: v.read(env), From: v.from})
	}
	return out
}

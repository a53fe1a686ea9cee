package plan

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// environmentTarget explains why an environment is not a target.
func environmentTarget(text string) string {
	return fmt.Sprintf("%s is an environment: it comes up when an experiment needs it. Target the experiments that run in it.", text)
}

// unknownTarget explains that nothing has the address, with the nearest that
// something has, or else with what there is.
func unknownTarget(r *resolve.Resolved, text string) string {
	known := targetable(r)
	if len(known) == 0 {
		return fmt.Sprintf("There is no %s: the configuration has no experiments.", text)
	}
	if nearest := schema.Nearest(text, known); nearest != "" {
		return fmt.Sprintf("There is no %s. Did you mean %s?", text, nearest)
	}
	const most = 10
	if len(known) > most {
		return fmt.Sprintf("There is no %s. Among what can be targeted are %s.", text, strings.Join(known[:most], ", "))
	}
	return fmt.Sprintf("There is no %s. What can be targeted: %s.", text, strings.Join(known, ", "))
}

// targetable lists every address that -target takes here, sorted.
func targetable(r *resolve.Resolved) []string {
	var known []string
	add := func(o addr.Object) {
		known = append(known, o.String())
		for i := range o.Module {
			known = append(known, o.Module[:i+1].String())
		}
	}
	for _, e := range r.Experiments {
		add(e.Addr)
	}
	for _, s := range r.Suites {
		add(s.Addr)
	}
	return sortedSet(known)
}

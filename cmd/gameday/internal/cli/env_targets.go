package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// lasting are the environments of a configuration that can stay, of those that
// were asked for.
func (s *session) lasting(ctx context.Context, flags envFlags, dir, id, runDir string) ([]*resolve.Environment, error) {
	c, diags := s.load(ctx, dir, &flags.vars)
	if c.Set == nil || diags.HasErrors() {
		return nil, s.report(diags, c.Files())
	}
	run := cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(id), "dir": cty.StringVal(runDir)})
	resolved, more := c.Resolve(ctx, resolve.Inputs{Run: run})
	if err := s.report(append(diags, more...), c.Files()); err != nil {
		return nil, err
	}
	var chosen []*resolve.Environment
	var refused, addresses []string
	for _, e := range resolved.Environments {
		address := e.Addr.String()
		addresses = append(addresses, address)
		if len(flags.targets) > 0 && !slices.Contains(flags.targets, address) {
			continue
		}
		if _, ok := providers.As[providers.WithLasting](e.Type); !ok {
			refused = append(refused, fmt.Sprintf("%s is of type %s", address, e.Type.TypeName()))
			continue
		}
		chosen = append(chosen, e)
	}
	if target, hint := missing(flags.targets, addresses); target != "" {
		return nil, problem{"No such environment", fmt.Sprintf("The configuration has no environment %q.%s", target, hint)}
	}
	return chosen, s.checkChosen(flags.targets, len(chosen), refused)
}

// checkChosen refuses what can't stay. Beside others that can, it is only told of,
// unless it was asked for by name.
func (s *session) checkChosen(targets []string, chosen int, refused []string) error {
	const why = ", which has nothing that could stay when gameday has ended: \"gameday apply\" brings it up itself"
	switch {
	case len(refused) > 0 && (chosen == 0 || len(targets) > 0):
		return problem{"Not an environment that stays", refused[0] + why + "."}
	case chosen == 0:
		return problem{"No environment", "The configuration declares no environment."}
	}
	for _, text := range refused {
		s.tell("%s%s.\n", text, why)
	}
	return nil
}

// missing is the first target that is none of the addresses, and a hint at what
// was meant; empty if there is no such target.
func missing(targets, addresses []string) (target, hint string) {
	const prefix = "environment." // that all share: names alone are near each other, or not
	names := make([]string, len(addresses))
	for i, address := range addresses {
		names[i] = strings.TrimPrefix(address, prefix)
	}
	for _, target := range targets {
		if slices.Contains(addresses, target) {
			continue
		}
		if nearest := schema.Nearest(strings.TrimPrefix(target, prefix), names); nearest != "" {
			return target, fmt.Sprintf(" Did you mean %q?", addresses[slices.Index(names, nearest)])
		}
		return target, " Addresses look like environment.NAME."
	}
	return "", ""
}

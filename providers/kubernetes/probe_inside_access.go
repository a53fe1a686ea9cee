package kubernetes

import (
	"context"
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside"
)

// What runs inside takes a pod, and rights to make one.
var (
	_ providers.WithInsideAccess = (*existing)(nil)
	_ providers.WithInsideAccess = (*kind)(nil)
)

// InsideRules implements providers.WithInsideAccess.
func (*existing) InsideRules() []providers.AccessRule { return inside.Rules() }

// CheckInside implements providers.WithInsideAccess.
func (e *existing) CheckInside(ctx context.Context, env providers.EnvironmentState) ([]providers.Permission, error) {
	return e.provider.checkInside(ctx, env)
}

// InsideRules implements providers.WithInsideAccess.
func (*kind) InsideRules() []providers.AccessRule { return inside.Rules() }

// CheckInside implements providers.WithInsideAccess.
func (k *kind) CheckInside(ctx context.Context, env providers.EnvironmentState) ([]providers.Permission, error) {
	return k.provider.checkInside(ctx, env)
}

// checkInside asks the server for every right that a prober needs.
func (p *Provider) checkInside(ctx context.Context, env providers.EnvironmentState) ([]providers.Permission, error) {
	at, known := accessOf(env)
	if !known {
		return nil, nil
	}
	s, err := p.sessions.open(at)
	if err != nil {
		return nil, err
	}
	told, err := s.plans.rights.Check(ctx, s.Typed, inside.Rules(), []string{inside.Namespace(at)})
	for i := range told {
		if !told[i].Held {
			told[i].Detail = fmt.Sprintf("Needed to %s (from = \"cluster\"). \"gameday schema -rbac -dir DIR\" writes the role for a configuration.", told[i].Detail)
		}
	}
	return told, err
}

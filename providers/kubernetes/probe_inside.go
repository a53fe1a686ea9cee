package kubernetes

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside"
)

// Both environments are clusters, in which probes and loads can run themselves.
var (
	_ providers.WithInside = (*existing)(nil)
	_ providers.WithInside = (*kind)(nil)
)

func (e *existing) RunsInside(kind providers.Kind, name string) bool { return inside.Runs(kind, name) }

func (e *existing) OpenProbe(ctx context.Context, req providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	return e.provider.openProbe(ctx, req)
}

func (e *existing) OpenLoad(ctx context.Context, req providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	return e.provider.openLoad(ctx, req)
}

func (k *kind) RunsInside(kind providers.Kind, name string) bool { return inside.Runs(kind, name) }

func (k *kind) OpenProbe(ctx context.Context, req providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	return k.provider.openProbe(ctx, req)
}

func (k *kind) OpenLoad(ctx context.Context, req providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	return k.provider.openLoad(ctx, req)
}

func (p *Provider) openProbe(ctx context.Context, req providers.InsideRequest) (providers.Streamer, providers.Diagnostics) {
	s, diags := p.sessionOf(req.Environment)
	if diags.HasErrors() {
		return nil, diags
	}
	return p.hub.OpenProbe(ctx, s.Cluster, req)
}

func (p *Provider) openLoad(ctx context.Context, req providers.InsideRequest) (providers.Generator, providers.Diagnostics) {
	s, diags := p.sessionOf(req.Environment)
	if diags.HasErrors() {
		return nil, diags
	}
	return p.hub.OpenLoad(ctx, s.Cluster, req)
}

// sessionOf is the connection to the cluster that a probe looks at.
func (p *Provider) sessionOf(env providers.EnvironmentState) (*session, providers.Diagnostics) {
	if !isOurs(env) {
		return nil, providers.Errorf(nil, "No cluster",
			"The probe looks at a Kubernetes cluster: the experiment needs an environment of type kind or kubernetes.")
	}
	at, known := accessOf(env)
	if !known {
		return nil, providers.Errorf(nil, "Environment is not up", "%s is not up, so nothing in it can be measured.", env.Address)
	}
	s, err := p.sessions.open(at)
	if err != nil {
		return nil, providers.Errorf(nil, "Cannot reach the cluster", "%s.", err)
	}
	return s, nil
}

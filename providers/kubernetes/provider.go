package kubernetes

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/image"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
)

// Provider offers Kubernetes clusters and faults on them.
type Provider struct {
	sessions sessions
	reapers  reaper.Keeper
	pins     pins
	contents contents
	kinds    kinds
	agent    agent
	hub      inside.Hub
	reverted reverted
	operated []providers.Fault
}

var _ providers.Provider = (*Provider)(nil)

// Option changes how the provider works.
type Option func(*Provider)

// WithAgent sets the agent that is loaded into kind clusters, instead of the one
// beside gameday: a static executable, and what comes before the role in its
// arguments.
func WithAgent(path string, args ...string) Option {
	return func(p *Provider) { p.agent.given = &image.Binary{Path: path, Args: args} }
}

// New makes the provider.
func New(options ...Option) *Provider {
	p := &Provider{}
	for _, set := range options {
		set(p)
	}
	return p
}

// Metadata identifies the provider.
func (p *Provider) Metadata() providers.Metadata {
	return providers.Metadata{
		Name:        "kubernetes",
		Version:     "0.1.0",
		Description: "Kubernetes clusters, made with kind or existing, and faults on what runs there.",
	}
}

// Types lists what the provider offers.
func (p *Provider) Types() providers.Types {
	return providers.Types{
		Environments: environments(p),
		Faults:       p.faults(),
		Probes:       probes(p),
	}
}

// faults wraps every behavior.
func (p *Provider) faults() []providers.Fault {
	var all []providers.Fault
	for _, behaviors := range [][]behavior{workloadFaults(), podFaults(), controlPlaneFaults(), nodeFaults(), inPodFaults()} {
		for _, b := range behaviors {
			all = append(all, &fault{behavior: b, provider: p})
		}
	}
	return all
}

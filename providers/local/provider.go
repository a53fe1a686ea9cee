package local

import (
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// typeName of the environment, and the provider's name.
const typeName = "local"

// Provider offers everything on this machine.
type Provider struct {
	findAgent func() (supervisor.Agent, error)
	patience  time.Duration // with a supervisor that does not answer, until it counts as hung

	mu       sync.Mutex
	sessions map[string]*session // by socket; of the environments that this process brought up
}

var _ providers.Provider = (*Provider)(nil)

// Option changes how a Provider works.
type Option func(*Provider)

// WithAgent sets the agent to start, instead of the one that FindAgent finds.
func WithAgent(agent supervisor.Agent) Option {
	return func(p *Provider) {
		p.findAgent = func() (supervisor.Agent, error) { return agent, nil }
	}
}

// New makes the provider.
func New(options ...Option) *Provider {
	p := &Provider{findAgent: supervisor.FindAgent, patience: 5 * time.Second, sessions: map[string]*session{}}
	for _, option := range options {
		option(p)
	}
	return p
}

// Metadata identifies the provider.
func (p *Provider) Metadata() providers.Metadata {
	return providers.Metadata{
		Name:        typeName,
		Version:     "0.1.0",
		Description: "Processes and links on this machine, and faults on them.",
	}
}

// Types lists what the provider offers.
func (p *Provider) Types() providers.Types {
	return providers.Types{
		Environments: []providers.Environment{&environment{p}},
		Faults:       faultTypes(),
		Probes:       []providers.Probe{processProbe{}},
	}
}

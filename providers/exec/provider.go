package exec

import "github.com/gameday-dev/gameday/providers"

// provider is the built-in provider of commands.
type provider struct{}

var _ providers.Provider = provider{}

// New makes the provider.
func New() providers.Provider { return provider{} }

// Metadata implements providers.Provider.
func (provider) Metadata() providers.Metadata {
	return providers.Metadata{
		Name:        "exec",
		Version:     "0.1.0",
		Description: "Runs commands on this machine, to measure or to mend.",
	}
}

// Types implements providers.Provider.
func (provider) Types() providers.Types {
	return providers.Types{
		Probes:  []providers.Probe{probe{}},
		Actions: []providers.Action{action{}},
	}
}

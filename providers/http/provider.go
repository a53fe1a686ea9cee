package http

import "github.com/gameday-dev/gameday/providers"

// provider is the built-in provider of HTTP.
type provider struct{}

var _ providers.Provider = provider{}

// New makes the provider.
func New() providers.Provider { return provider{} }

// Metadata implements providers.Provider.
func (provider) Metadata() providers.Metadata {
	return providers.Metadata{
		Name:        "http",
		Version:     "0.1.0",
		Description: "Probes and loads services over HTTP and HTTPS.",
	}
}

// Types implements providers.Provider.
func (provider) Types() providers.Types {
	return providers.Types{
		Probes: []providers.Probe{probe{}},
		Loads:  []providers.Load{load{}},
	}
}

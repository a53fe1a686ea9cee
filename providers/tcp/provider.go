package tcp

import "github.com/gameday-dev/gameday/providers"

// provider is the built-in provider of TCP.
type provider struct{}

var _ providers.Provider = provider{}

// New makes the provider.
func New() providers.Provider { return provider{} }

// Metadata implements providers.Provider.
func (provider) Metadata() providers.Metadata {
	return providers.Metadata{Name: "tcp", Version: "0.1.0", Description: "Probes services over TCP and TLS."}
}

// Types implements providers.Provider.
func (provider) Types() providers.Types {
	return providers.Types{Probes: []providers.Probe{probe{}}}
}

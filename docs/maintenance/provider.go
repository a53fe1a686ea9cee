// Package maintenance is the example of docs/providers.md: a provider of one
// fault, which puts a service into its maintenance mode. It is not built in.
package maintenance

import "github.com/gameday-dev/gameday/providers"

// Provider offers maintenance_mode.
type Provider struct{}

var _ providers.Provider = Provider{}

// Metadata identifies the provider.
func (Provider) Metadata() providers.Metadata {
	return providers.Metadata{Name: "maintenance", Version: "0.1.0", Description: "Puts services into maintenance mode."}
}

// Types is the one fault.
func (Provider) Types() providers.Types {
	return providers.Types{Faults: []providers.Fault{Mode{}}}
}

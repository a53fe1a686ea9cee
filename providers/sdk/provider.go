package sdk

import "github.com/gameday-dev/gameday/providers"

// Provider is the simplest provider there is: who it is, and what it offers. It takes no provider block; one that does
// implements providers.Provider and providers.WithConfigure itself.
type Provider struct {
	Name        string // the prefix of its types
	Version     string // semantic, without a leading v
	Description string // one sentence

	providers.Types
}

var _ providers.Provider = described{}

// Provider makes it what Serve serves.
func (p Provider) Provider() providers.Provider { return described{p} }

type described struct{ of Provider }

func (d described) Metadata() providers.Metadata {
	return providers.Metadata{Name: d.of.Name, Version: d.of.Version, Description: d.of.Description}
}

func (d described) Types() providers.Types { return d.of.Types }

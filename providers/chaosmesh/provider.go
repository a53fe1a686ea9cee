package chaosmesh

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
)

// Provider offers what Chaos Mesh can do.
type Provider struct{ faults []providers.Fault }

var _ providers.Provider = (*Provider)(nil)

// New makes the provider. The clusters are those on which its faults act.
func New(clusters *kubernetes.Provider) *Provider {
	return &Provider{clusters.OperatedFaults(faults())}
}

// Metadata identifies the provider.
func (*Provider) Metadata() providers.Metadata {
	return providers.Metadata{
		Name:        "chaosmesh",
		Version:     "0.1.0",
		Description: "Faults that an installed Chaos Mesh does: on pods, networks, processors, memory, files, clocks, HTTP, DNS, kernels and Java.",
	}
}

// Types lists what the provider offers.
func (p *Provider) Types() providers.Types {
	return providers.Types{Faults: p.faults}
}

// faults are all types, by the kind of their resource.
func faults() []kubernetes.Operated {
	var all []kubernetes.Operated
	for _, some := range [][]kubernetes.Operated{
		podFaults(), networkFaults(), stressFaults(), fileFaults(), timeFaults(), httpFaults(), dnsFaults(), kernelFaults(), javaFaults(),
	} {
		all = append(all, some...)
	}
	for i := range all {
		all[i].Operator = operator()
	}
	return all
}

// resource is a kind of Chaos Mesh.
func resource(kind, plural string) kubernetes.OperatedResource {
	return kubernetes.OperatedResource{Group: "chaos-mesh.org", Version: "v1alpha1", Kind: kind, Plural: plural}
}

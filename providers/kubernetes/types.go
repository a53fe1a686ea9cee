package kubernetes

import "github.com/gameday-dev/gameday/providers"

func environments(p *Provider) []providers.Environment {
	return []providers.Environment{&existing{p}, &kind{p}}
}

func probes(p *Provider) []providers.Probe {
	return []providers.Probe{&objectProbe{p}, &eventsProbe{p}}
}

package local

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// Kinds of targets.
const (
	kindProcess = "process"
	kindLink    = "link"
	kindMachine = "machine"
)

// inventory is everything that faults could select, sorted by kind and name.
// Links come first. A planned environment has no UIDs.
func (c config) inventory(p places, status supervisor.Status) []providers.Target {
	var targets []providers.Target
	for _, l := range c.links {
		target := providers.Target{Kind: kindLink, Name: l.name}
		if port, known := p.links[l.name]; known {
			target.UID = address(port)
		}
		targets = append(targets, target)
	}
	for _, process := range c.processes {
		target := providers.Target{Kind: kindProcess, Name: process.name, Owner: process.owner()}
		if running, found := status.Process(process.name); found {
			target.UID = running.Identity.String()
		}
		targets = append(targets, target)
	}
	return targets
}

// owner is what would replace the process if it ended.
func (p processConfig) owner() string {
	if p.restart == "never" {
		return ""
	}
	return "restart = " + p.restart
}

func (c config) labels() []providers.Labels {
	var out []providers.Labels
	for _, l := range c.links {
		if len(l.labels) > 0 {
			out = append(out, providers.Labels{Target: kindLink + "/" + l.name, Labels: l.labels})
		}
	}
	for _, p := range c.processes {
		if len(p.labels) > 0 {
			out = append(out, providers.Labels{Target: kindProcess + "/" + p.name, Labels: p.labels})
		}
	}
	return out
}

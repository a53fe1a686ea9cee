package convert

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Kind is a kind of type on the wire.
func Kind(k providers.Kind) wire.Kind { return kinds()[k] }

// KindFrom is a kind of type from the wire; empty for one that is not known.
func KindFrom(on wire.Kind) providers.Kind {
	for kind, number := range kinds() {
		if number == on {
			return kind
		}
	}
	return ""
}

func kinds() map[providers.Kind]wire.Kind {
	return map[providers.Kind]wire.Kind{
		providers.KindEnvironment: wire.Kind_KIND_ENVIRONMENT, providers.KindFault: wire.Kind_KIND_FAULT, providers.KindProbe: wire.Kind_KIND_PROBE,
		providers.KindLoad: wire.Kind_KIND_LOAD, providers.KindAction: wire.Kind_KIND_ACTION,
	}
}

// AccessRules are rights on the wire.
func AccessRules(rules []providers.AccessRule) []*wire.AccessRule {
	return all(rules, func(r providers.AccessRule) *wire.AccessRule {
		return &wire.AccessRule{
			Group: r.Group, Resource: r.Resource, Verbs: r.Verbs, Cluster: r.Cluster, Namespace: r.Namespace, Trial: r.Trial, Privileged: r.Privileged, Why: Text(r.Why),
		}
	})
}

// AccessRulesFrom are rights from the wire.
func AccessRulesFrom(rules []*wire.AccessRule) []providers.AccessRule {
	return all(rules, func(r *wire.AccessRule) providers.AccessRule {
		return providers.AccessRule{
			Group: r.GetGroup(), Resource: r.GetResource(), Verbs: r.GetVerbs(), Cluster: r.GetCluster(), Namespace: r.GetNamespace(),
			Trial: r.GetTrial(), Privileged: r.GetPrivileged(), Why: r.GetWhy(),
		}
	})
}

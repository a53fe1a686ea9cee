package inside

import "github.com/gameday-dev/gameday/providers"

// Rules are the rights that a prober takes, in the namespace in which it stands.
func Rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: "pods", Verbs: []string{"get", "list", "create", "delete"}, Why: "measure from inside through the prober pod, and remove it"},
		{Resource: "pods/portforward", Verbs: []string{"get", "create"}, Why: "reach the prober pod, over a websocket or SPDY"},
	}
}

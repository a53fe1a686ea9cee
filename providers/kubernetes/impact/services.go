package impact

import (
	"fmt"

	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
)

// services finds services all of whose ready endpoints are hit.
func (h *hit) services() providers.Diagnostics {
	ready := map[string]map[types.UID]bool{} // service, pods: one may stand in slices of both IP families
	for i := range h.world.Slices {
		s := &h.world.Slices[i]
		if s.Labels[discoveryv1.LabelServiceName] == "" {
			continue
		}
		name := serviceOf(s)
		if ready[name] == nil {
			ready[name] = map[types.UID]bool{}
		}
		addReady(ready[name], s)
	}
	var empty []string
	for service, pods := range ready {
		if h.allOf(pods) {
			empty = append(empty, fmt.Sprintf("%s (%s)", service, count(len(pods), "endpoint")))
		}
	}
	if len(empty) == 0 {
		return nil
	}
	return providers.Warningf(nil, summary(len(empty), "A service", "services")+" would have no ready endpoints",
		"All ready endpoints are hit: %s.", list(empty))
}

// addReady adds the pods behind the ready endpoints of a slice. An endpoint that
// does not say whether it is ready is.
func addReady(into map[types.UID]bool, s *discoveryv1.EndpointSlice) {
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		if e.TargetRef != nil && (e.Conditions.Ready == nil || *e.Conditions.Ready) {
			into[e.TargetRef.UID] = true
		}
	}
}

func (h *hit) allOf(pods map[types.UID]bool) bool {
	for uid := range pods {
		if !h.uids[uid] {
			return false
		}
	}
	return len(pods) > 0
}

package kubernetes

import (
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ephemeral is whether an API server has ephemeral containers, once it was asked.
type ephemeral struct {
	sync.Mutex // held while it is asked

	asked, served bool
}

// servesEphemeral asks the API server what it has of pods. One that does not say is taken
// to have ephemeral containers, as all have that are supported.
func (s *session) servesEphemeral() bool {
	s.ephemeral.Lock()
	defer s.ephemeral.Unlock()
	if s.ephemeral.asked {
		return s.ephemeral.served
	}
	list, err := s.Typed.Discovery().ServerResourcesForGroupVersion("v1")
	if err != nil {
		return true
	}
	s.ephemeral.asked, s.ephemeral.served = true, slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == "pods/ephemeralcontainers" })
	return s.ephemeral.served
}

package impact

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// reach tells which pods targets have to do with.
type reach struct {
	pods       map[types.UID]bool // themselves, or behind a service
	owners     map[string]bool    // by UID
	nodes      map[string]bool    // by name
	namespaces map[string]bool
	objects    []providers.Target // ConfigMaps, Secrets, claims
}

func reachOf(w *world.World, targets []providers.Target) reach {
	r := reach{pods: map[types.UID]bool{}, owners: map[string]bool{}, nodes: map[string]bool{}, namespaces: map[string]bool{}}
	services := map[string]bool{}
	for _, t := range targets {
		switch t.Kind {
		case "pod":
			r.pods[types.UID(t.UID)] = true
		case "deployment", "statefulset":
			r.owners[t.UID] = true
		case "node":
			r.nodes[t.Name] = true
		case "namespace":
			r.namespaces[t.Name] = true
		case "service":
			services[t.Name] = true
		case "configmap", "secret", "persistentvolumeclaim":
			r.objects = append(r.objects, t)
		}
	}
	for i := range w.Slices {
		if s := &w.Slices[i]; services[serviceOf(s)] {
			r.behind(s)
		}
	}
	return r
}

func (r reach) behind(s *discoveryv1.EndpointSlice) {
	for i := range s.Endpoints {
		if ref := s.Endpoints[i].TargetRef; ref != nil {
			r.pods[ref.UID] = true
		}
	}
}

// serviceOf is the namespace/name of the service that a slice belongs to.
func serviceOf(s *discoveryv1.EndpointSlice) string {
	return s.Namespace + "/" + s.Labels[discoveryv1.LabelServiceName]
}

func (r reach) holds(pod *corev1.Pod, owner world.Owner) bool {
	return r.pods[pod.UID] || r.owners[owner.UID] || r.nodes[pod.Spec.NodeName] || r.namespaces[pod.Namespace] ||
		slices.ContainsFunc(r.objects, func(t providers.Target) bool { return uses(pod, t) })
}

// uses reports whether a pod reads an object, as a volume or as environment.
func uses(pod *corev1.Pod, t providers.Target) bool {
	name, is := strings.CutPrefix(t.Name, pod.Namespace+"/")
	return is && (world.Mounts(pod, t.Kind, name) || world.HasVariables(pod, t.Kind, name))
}

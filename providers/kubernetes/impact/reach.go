package impact

import (
	"slices"

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
	is := func(name string) bool { return name != "" && pod.Namespace+"/"+name == t.Name }
	for i := range pod.Spec.Volumes {
		if is(nameIn(&pod.Spec.Volumes[i], t.Kind)) {
			return true
		}
	}
	for i := range pod.Spec.Containers {
		if slices.ContainsFunc(environment(&pod.Spec.Containers[i], t.Kind), is) {
			return true
		}
	}
	return false
}

func nameIn(v *corev1.Volume, kind string) string {
	switch {
	case kind == "configmap" && v.ConfigMap != nil:
		return v.ConfigMap.Name
	case kind == "secret" && v.Secret != nil:
		return v.Secret.SecretName
	case kind == "persistentvolumeclaim" && v.PersistentVolumeClaim != nil:
		return v.PersistentVolumeClaim.ClaimName
	}
	return ""
}

// environment names the objects of a kind that a container's environment is from.
func environment(c *corev1.Container, kind string) []string {
	var names []string
	for i := range c.EnvFrom {
		switch from := &c.EnvFrom[i]; {
		case kind == "configmap" && from.ConfigMapRef != nil:
			names = append(names, from.ConfigMapRef.Name)
		case kind == "secret" && from.SecretRef != nil:
			names = append(names, from.SecretRef.Name)
		}
	}
	for i := range c.Env {
		switch from := c.Env[i].ValueFrom; {
		case from == nil:
		case kind == "configmap" && from.ConfigMapKeyRef != nil:
			names = append(names, from.ConfigMapKeyRef.Name)
		case kind == "secret" && from.SecretKeyRef != nil:
			names = append(names, from.SecretKeyRef.Name)
		}
	}
	return names
}

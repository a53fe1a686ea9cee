package world

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Mounts reports whether a pod has an object of its namespace among its volumes, or among what a projected volume joins.
// The kind is that of a Ref.
func Mounts(pod *corev1.Pod, kind, name string) bool {
	for i := range pod.Spec.Volumes {
		if slices.Contains(volumeOf(&pod.Spec.Volumes[i].VolumeSource, kind), name) {
			return true
		}
	}
	return false
}

// volumeOf names the objects of a kind that a volume is made of.
func volumeOf(v *corev1.VolumeSource, kind string) []string {
	switch {
	case kind == "configmap" && v.ConfigMap != nil:
		return []string{v.ConfigMap.Name}
	case kind == "secret" && v.Secret != nil:
		return []string{v.Secret.SecretName}
	case kind == "persistentvolumeclaim" && v.PersistentVolumeClaim != nil:
		return []string{v.PersistentVolumeClaim.ClaimName}
	case v.Projected != nil:
		return projectedOf(v.Projected.Sources, kind)
	}
	return nil
}

func projectedOf(sources []corev1.VolumeProjection, kind string) []string {
	var names []string
	for i := range sources {
		switch s := &sources[i]; {
		case kind == "configmap" && s.ConfigMap != nil:
			names = append(names, s.ConfigMap.Name)
		case kind == "secret" && s.Secret != nil:
			names = append(names, s.Secret.Name)
		}
	}
	return names
}

// HasVariables reports whether the environment of any container of a pod, of those that run first, too, is from an object
// of its namespace.
func HasVariables(pod *corev1.Pod, kind, name string) bool {
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if slices.Contains(environmentOf(&list[i], kind), name) {
				return true
			}
		}
	}
	return false
}

// environmentOf names the objects of a kind that a container's environment is from.
func environmentOf(c *corev1.Container, kind string) []string {
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

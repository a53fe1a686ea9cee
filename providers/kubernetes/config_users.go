package kubernetes

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// users says which pods use a ConfigMap or a Secret, and when they will see a
// change: files follow within about a minute, variables only in a new container.
func users(w *world.World, t providers.Target) []string {
	mounted, variables := map[string]int{}, map[string]int{}
	for i := range w.Pods {
		pod := &w.Pods[i]
		r := reference{secret: t.Kind == string(target.Secret), name: t.Name[len(namespaceOf(t))+1:]}
		if pod.Namespace != namespaceOf(t) {
			continue
		}
		owner := "pod/" + pod.Name
		if o, ok := w.OwnerOf(pod); ok {
			owner = o.String()
		}
		if r.mounted(pod.Spec.Volumes) {
			mounted[owner]++
		}
		if r.inVariables(pod.Spec) {
			variables[owner]++
		}
	}
	name := t.Kind + "/" + t.Name
	out := append(
		usage(mounted, "%s of %s mounts "+name+": its files follow within about a minute (not where subPath is used)"),
		usage(variables, "%s of %s has variables from "+name+": they change only when a container starts anew")...)
	if len(out) == 0 {
		return []string{"no pod in " + namespaceOf(t) + " mounts " + name + " or has variables from it"}
	}
	return out
}

func usage(byOwner map[string]int, text string) []string {
	var out []string
	for _, owner := range sortedKeys(byOwner) {
		pods := "1 pod"
		if n := byOwner[owner]; n > 1 {
			pods = fmt.Sprintf("each of %d pods", n)
		}
		out = append(out, fmt.Sprintf(text, pods, owner))
	}
	return out
}

// reference is what pods may refer to.
type reference struct {
	secret bool
	name   string
}

func (r reference) mounted(volumes []corev1.Volume) bool {
	for i := range volumes {
		v := &volumes[i].VolumeSource
		switch {
		case !r.secret && v.ConfigMap != nil && v.ConfigMap.Name == r.name,
			r.secret && v.Secret != nil && v.Secret.SecretName == r.name,
			v.Projected != nil && r.projected(v.Projected.Sources):
			return true
		}
	}
	return false
}

func (r reference) projected(sources []corev1.VolumeProjection) bool {
	for _, s := range sources {
		if !r.secret && s.ConfigMap != nil && s.ConfigMap.Name == r.name || r.secret && s.Secret != nil && s.Secret.Name == r.name {
			return true
		}
	}
	return false
}

func (r reference) inVariables(spec corev1.PodSpec) bool {
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			if r.inEnv(&list[i]) {
				return true
			}
		}
	}
	return false
}

func (r reference) inEnv(c *corev1.Container) bool {
	for _, from := range c.EnvFrom {
		if !r.secret && from.ConfigMapRef != nil && from.ConfigMapRef.Name == r.name || r.secret && from.SecretRef != nil && from.SecretRef.Name == r.name {
			return true
		}
	}
	for _, env := range c.Env {
		from := env.ValueFrom
		if from == nil {
			continue
		}
		if !r.secret && from.ConfigMapKeyRef != nil && from.ConfigMapKeyRef.Name == r.name || r.secret && from.SecretKeyRef != nil && from.SecretKeyRef.Name == r.name {
			return true
		}
	}
	return false
}

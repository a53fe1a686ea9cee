package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// owner is a workload that is to have its pods again after a fault. It is known by
// its UID: one of the same name that was made meanwhile owes nothing.
type owner struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
}

// ownersOf are the controllers of pods, each once.
func ownersOf(w *world.World, pods []*corev1.Pod) []owner {
	var all []owner
	for _, pod := range pods {
		found, ok := w.OwnerOf(pod)
		if !ok {
			continue
		}
		o := owner{found.Kind, found.Namespace, found.Name, found.UID}
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// short tells which owners have fewer pods than they want now, whatever they
// wanted before; empty when none does. Owners that are gone want nothing.
func (l look) short(ctx context.Context, owners []owner) (string, error) {
	var namespaces []string
	for _, o := range owners {
		if !slices.Contains(namespaces, o.Namespace) {
			namespaces = append(namespaces, o.Namespace)
		}
	}
	if len(namespaces) == 0 {
		return "", nil
	}
	w, err := world.Read(ctx, l.session.Typed, namespaces)
	if err != nil {
		return "", err
	}
	return shortIn(w, owners), nil
}

func shortIn(w *world.World, owners []owner) string {
	has := map[string]int{}
	for i := range w.Pods {
		if o, ok := w.OwnerOf(&w.Pods[i]); ok {
			has[o.UID]++
		}
	}
	var missing []string
	for _, o := range owners {
		if wants := wants(w, o); has[o.UID] < wants {
			missing = append(missing, fmt.Sprintf("%s/%s/%s has %d of %d pods", o.Namespace, strings.ToLower(o.Kind), o.Name, has[o.UID], wants))
		}
	}
	return strings.Join(missing, "; ")
}

// wants is how many pods an owner wants now. It looks at the owner itself: when
// all its pods are gone, none is left to lead to it.
func wants(w *world.World, o owner) int {
	uid := types.UID(o.UID)
	switch o.Kind {
	case "Deployment":
		i := slices.IndexFunc(w.Deployments, func(d appsv1.Deployment) bool { return d.UID == uid })
		return ofOne(i, func() int { return replicas(w.Deployments[i].Spec.Replicas) })
	case "StatefulSet":
		i := slices.IndexFunc(w.StatefulSets, func(s appsv1.StatefulSet) bool { return s.UID == uid })
		return ofOne(i, func() int { return replicas(w.StatefulSets[i].Spec.Replicas) })
	case "ReplicaSet":
		i := slices.IndexFunc(w.ReplicaSets, func(r appsv1.ReplicaSet) bool { return r.UID == uid })
		return ofOne(i, func() int { return replicas(w.ReplicaSets[i].Spec.Replicas) })
	case "DaemonSet":
		i := slices.IndexFunc(w.DaemonSets, func(d appsv1.DaemonSet) bool { return d.UID == uid })
		return ofOne(i, func() int { return int(w.DaemonSets[i].Status.DesiredNumberScheduled) })
	}
	return 0 // of Jobs and others nobody can say
}

// ofOne is a number of what was found, and 0 of what is gone.
func ofOne(index int, number func() int) int {
	if index < 0 {
		return 0
	}
	return number()
}

// replicas is a wanted number; the API's default is 1.
func replicas(n *int32) int {
	if n == nil {
		return 1
	}
	return int(*n)
}

// podsNamed are the pods of a world that are targets, in their order; one that is
// not there any more is left out.
func podsNamed(w *world.World, uids []string) []*corev1.Pod {
	by := make(map[string]*corev1.Pod, len(w.Pods))
	for i := range w.Pods {
		by[string(w.Pods[i].UID)] = &w.Pods[i]
	}
	var out []*corev1.Pod
	for _, uid := range uids {
		if pod := by[uid]; pod != nil {
			out = append(out, pod)
		}
	}
	return out
}

package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
		for i := range w.Deployments {
			if d := &w.Deployments[i]; d.UID == uid {
				return replicas(d.Spec.Replicas)
			}
		}
	case "StatefulSet":
		for i := range w.StatefulSets {
			if s := &w.StatefulSets[i]; s.UID == uid {
				return replicas(s.Spec.Replicas)
			}
		}
	case "ReplicaSet":
		for i := range w.ReplicaSets {
			if r := &w.ReplicaSets[i]; r.UID == uid {
				return replicas(r.Spec.Replicas)
			}
		}
	case "DaemonSet":
		for i := range w.DaemonSets {
			if d := &w.DaemonSets[i]; d.UID == uid {
				return int(d.Status.DesiredNumberScheduled)
			}
		}
	}
	return 0 // of Jobs and others nobody can say
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

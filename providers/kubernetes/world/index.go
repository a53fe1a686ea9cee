package world

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// tables find objects without a search. They are made once, when something is
// first asked for.
type tables struct {
	nodes        map[string]*corev1.Node
	replicaSets  map[types.UID]*appsv1.ReplicaSet
	deployments  map[types.UID]*appsv1.Deployment
	statefulSets map[types.UID]*appsv1.StatefulSet
	daemonSets   map[types.UID]*appsv1.DaemonSet
	owned        map[string]int // pods by the UID of their owner
}

func (w *World) index() *tables {
	w.once.Do(func() {
		if w.tables == nil {
			w.tables = tablesOf(w)
		}
	})
	return w.tables
}

func tablesOf(w *World) *tables {
	t := &tables{
		owned:        map[string]int{},
		nodes:        by(w.Nodes, func(n *corev1.Node) string { return n.Name }),
		replicaSets:  by(w.ReplicaSets, func(s *appsv1.ReplicaSet) types.UID { return s.UID }),
		deployments:  by(w.Deployments, func(d *appsv1.Deployment) types.UID { return d.UID }),
		statefulSets: by(w.StatefulSets, func(s *appsv1.StatefulSet) types.UID { return s.UID }),
		daemonSets:   by(w.DaemonSets, func(d *appsv1.DaemonSet) types.UID { return d.UID }),
	}
	for i := range w.Pods {
		if owner, ok := t.ownerOf(&w.Pods[i]); ok {
			t.owned[owner.UID]++
		}
	}
	return t
}

func by[K comparable, T any](list []T, key func(*T) K) map[K]*T {
	out := make(map[K]*T, len(list))
	for i := range list {
		out[key(&list[i])] = &list[i]
	}
	return out
}

// Node finds a node by name.
func (w *World) Node(name string) (*corev1.Node, bool) {
	node, ok := w.index().nodes[name]
	return node, ok
}

// Owned is how many pods an owner has, by its UID.
func (w *World) Owned(uid string) int { return w.index().owned[uid] }

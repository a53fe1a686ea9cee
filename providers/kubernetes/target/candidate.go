package target

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// candidate is an object that might be chosen. Of pod, node and service the one
// that it is is set.
type candidate struct {
	kind    string // of the target: "deployment"
	meta    *metav1.ObjectMeta
	pod     *corev1.Pod
	node    *corev1.Node
	service *corev1.Service
}

func (c candidate) name() string {
	if c.meta.Namespace == "" {
		return c.meta.Name
	}
	return c.meta.Namespace + "/" + c.meta.Name
}

// target is the candidate as a plan shows it.
func (c candidate) target(w *world.World) providers.Target {
	t := providers.Target{Kind: c.kind, Name: c.name(), UID: string(c.meta.UID)}
	if c.pod != nil {
		if owner, ok := w.OwnerOf(c.pod); ok {
			t.Owner = owner.String()
		}
	}
	return t
}

// population are all objects of a kind in the namespaces, which are all when
// there are none.
func population(kind Kind, w *world.World, in scope) []candidate {
	all := everything(kind, w)
	if !kind.namespaced() {
		return all
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return !in.holds(c.meta.Namespace) })
}

// populationOf is how many there are of a kind, of which a choice is a share. Of what is looked up by name nobody has
// counted the others: it is 0, for not known. Namespaces are those of the fence, whichever of them a block names.
func populationOf(kind Kind, all []candidate, fence []string) int {
	switch {
	case kind.byName():
		return 0
	case kind == Namespace:
		return len(slices.Compact(slices.Sorted(slices.Values(fence))))
	default:
		return len(all)
	}
}

// scopeCounted is what was counted: other blocks may have counted the same, and then their faults are a share of it
// together. Its kinds are several where workloads of several may be chosen.
func scopeCounted(kind Kind, counted []candidate, in scope) providers.Scope {
	var out providers.Scope
	for _, c := range counted {
		if !slices.Contains(out.Kinds, c.kind) {
			out.Kinds = append(out.Kinds, c.kind)
		}
	}
	slices.Sort(out.Kinds)
	if kind.namespaced() {
		out.Namespaces = slices.Compact(slices.Clone(in.namespaces)) // sorted; a fence may name one twice
	}
	return out
}

func everything(kind Kind, w *world.World) []candidate {
	switch kind {
	case Pod:
		return each(w.Pods, func(p *corev1.Pod) candidate { return candidate{kind: string(Pod), meta: &p.ObjectMeta, pod: p} })
	case Node:
		return each(w.Nodes, func(n *corev1.Node) candidate { return candidate{kind: string(Node), meta: &n.ObjectMeta, node: n} })
	case Service:
		return each(w.Services, func(s *corev1.Service) candidate {
			return candidate{kind: string(Service), meta: &s.ObjectMeta, service: s}
		})
	case Workload:
		return append(
			each(w.Deployments, func(d *appsv1.Deployment) candidate { return candidate{kind: "deployment", meta: &d.ObjectMeta} }),
			each(w.StatefulSets, func(s *appsv1.StatefulSet) candidate { return candidate{kind: "statefulset", meta: &s.ObjectMeta} })...)
	}
	var found []candidate
	for i := range w.Objects {
		if o := &w.Objects[i]; o.Kind == string(kind) {
			found = append(found, candidate{kind: o.Kind, meta: &o.ObjectMeta})
		}
	}
	return found
}

func each[T any](list []T, of func(*T) candidate) []candidate {
	out := make([]candidate, 0, len(list))
	for i := range list {
		out = append(out, of(&list[i]))
	}
	return out
}

package impact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// hit is what targets come to in pods.
type hit struct {
	world   *world.World
	targets []providers.Target
	pods    []*corev1.Pod
	uids    map[types.UID]bool // of the pods
	share   map[string]*share  // by the owner's UID
	several bool               // whether the pods lie in several namespaces
}

// share is how much of a workload is hit.
type share struct {
	owner world.Owner
	pods  int
}

func hitBy(w *world.World, targets []providers.Target) *hit {
	h := &hit{world: w, targets: targets, uids: map[types.UID]bool{}, share: map[string]*share{}}
	reached := reachOf(w, targets)
	for i := range w.Pods {
		pod := &w.Pods[i]
		owner, owned := w.OwnerOf(pod)
		if !reached.holds(pod, owner) {
			continue
		}
		h.pods = append(h.pods, pod)
		h.several = h.several || pod.Namespace != h.pods[0].Namespace
		h.uids[pod.UID] = true
		if owned {
			h.count(owner)
		}
	}
	return h
}

func (h *hit) count(owner world.Owner) {
	if h.share[owner.UID] == nil {
		h.share[owner.UID] = &share{owner: owner}
	}
	h.share[owner.UID].pods++
}

// named is an owner in a message, with its namespace where there are several.
func (h *hit) named(owner world.Owner) string {
	if h.several {
		return owner.String() + " in " + owner.Namespace
	}
	return owner.String()
}

// most is how many things of a kind a plan tells before it only counts.
const most = 10

// shares says how much of each workload is hit. Pods of DaemonSets come with
// their node, and are told by beside.
func (h *hit) shares() []string {
	var all []*share
	for _, s := range h.share {
		if !ofNodes(s.owner) || !h.of("node") {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *share) int {
		return cmp.Or(cmp.Compare(a.owner.Namespace, b.owner.Namespace), cmp.Compare(a.owner.String(), b.owner.String()))
	})
	var lines []string
	for _, s := range all {
		if len(lines) == most {
			return append(lines, fmt.Sprintf("pods of %d more workloads", len(all)-most))
		}
		lines = append(lines, h.line(s))
	}
	return lines
}

func (h *hit) line(s *share) string {
	of := h.world.Owned(s.owner.UID)
	text := fmt.Sprintf("%d of %s of %s", s.pods, count(of, "pod"), h.named(s.owner))
	if s.owner.Replicas != of && s.owner.Kind != "Job" && s.owner.Replicas > 0 {
		text += fmt.Sprintf(" (it wants %d)", s.owner.Replicas)
	}
	return text
}

// of reports whether any target is of a kind.
func (h *hit) of(kind string) bool {
	return slices.ContainsFunc(h.targets, func(t providers.Target) bool { return t.Kind == kind })
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// list joins texts, sorted, and counts those for which there is no room.
func list(all []string) string {
	all = slices.Compact(slices.Sorted(slices.Values(all)))
	if len(all) > most {
		return strings.Join(all[:most], "; ") + fmt.Sprintf("; and %d more", len(all)-most)
	}
	return strings.Join(all, "; ")
}

package target

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Matcher tells whether a pod that appears during a fault is one that its target
// block means. It is safe for use from several goroutines.
type Matcher struct{ selection selection }

// NewMatcher reads a target block of pods. Count and percent do not matter to it:
// they limit a choice, and a single pod is no choice. The world is where owners
// and node labels are looked up; of a Deployment's new ReplicaSet that is not in
// it, the owner is told from its name.
func NewMatcher(body schema.Values, w *world.World, fence []string) (Matcher, providers.Diagnostics) {
	s, diags := selectionOf(Pod, body, w, fence)
	return Matcher{s}, diags
}

// Matches reports whether the block would have made a pod eligible. A pod that is
// being deleted or has ended never is.
func (m Matcher) Matches(pod *corev1.Pod) bool {
	return world.Alive(pod) && m.selection.scope.holds(pod.Namespace) &&
		m.selection.matches(candidate{kind: string(Pod), meta: &pod.ObjectMeta, pod: pod})
}

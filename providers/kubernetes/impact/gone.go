package impact

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// Gone tells what no undo brings back of pods that are deleted, though controllers make others: what
// is in their emptyDir volumes, and the tries of Jobs. The lines are for the blast radius.
func Gone(w *world.World, targets []providers.Target) []string {
	h := hitBy(w, targets)
	return append(h.emptied(), h.tries()...)
}

// emptied are the volumes whose content goes with its pod.
func (h *hit) emptied() []string {
	pods, names := 0, []string{}
	for _, pod := range h.pods {
		before := len(names)
		for i := range pod.Spec.Volumes {
			if pod.Spec.Volumes[i].EmptyDir != nil {
				names = append(names, pod.Spec.Volumes[i].Name)
			}
		}
		if len(names) > before {
			pods++
		}
	}
	if pods == 0 {
		return nil
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	shown := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		shown += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return []string{fmt.Sprintf("what is in emptyDir volumes of %s is lost: %s", count(pods, "pod"), shown)}
}

// tries are the Jobs that count a deleted pod as one that failed.
func (h *hit) tries() []string {
	var lines []string
	for _, s := range h.share {
		if s.owner.Kind == "Job" {
			lines = append(lines, fmt.Sprintf("%s counts %s as failed, towards its backoffLimit", h.named(s.owner), count(s.pods, "pod")))
		}
	}
	slices.Sort(lines)
	return lines
}

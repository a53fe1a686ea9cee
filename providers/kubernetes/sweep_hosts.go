package kubernetes

import (
	"context"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// hosts removes the pods of agents that no fault needs any more. Those of faults in place
// went with their claims; these are of runs that were killed before their faults came, or whose
// faults have ended with nobody left to remove them.
func (w *sweeping) hosts(ctx context.Context) {
	left, err := resident.Hosts(ctx, w.Cluster, w.req.Run, claim.Around(w.Access.Namespaces)...)
	if err != nil {
		w.diags = append(w.diags, providers.Errorf(nil, "Pods of agents are not known", "%s.", capital(err))...)
		return
	}
	for i := range left {
		run := left[i].Labels[undo.LabelRun]
		o := providers.Orphan{Run: run, Type: "agent", Address: "pod " + left[i].Namespace + "/" + left[i].Name}
		switch {
		case left[i].DeletionTimestamp != nil:
			continue // it goes as soon as nobody is served any more
		case w.stillClaims(run):
			o.Kept = "faults of its run are in place"
		case !over(&left[i]) && !w.seesAll && w.req.Run == "":
			o.Kept = "its fault may be claimed where this user can't look: sweep as one who may list leases in all namespaces, or say with -run that its run is dead"
		case !over(&left[i]) && !w.req.Alive && w.req.Run == "":
			o.Kept = "its run may be alive and about to need it; it ends by itself, or with -run or -alive"
		case !w.req.Look:
			o.Undone, o.Error = outcome(resident.RemoveHost(ctx, w.Cluster, &left[i]))
		}
		w.add(o)
	}
}

// over reports whether nothing runs in a pod any more.
func over(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

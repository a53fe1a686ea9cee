package kubernetes

import (
	"context"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// ownerPatience is how long a cluster may take to say whose it is.
const ownerPatience = 3 * time.Second

// isOfRun reports whether a run made the cluster: others have clusters of any name. Its containers know from their
// creation on, whether they run or not. Where none of them bears a mark, the nodes are asked.
func (k *kind) isOfRun(ctx context.Context, h handle, found *kindcluster.Found) bool {
	if marks := found.Marks(); len(marks) > 0 {
		return slices.Contains(marks, h.Run)
	}
	if ours, answered := k.isLabelled(ctx, h); answered {
		return ours
	}
	// Nobody answers: it is paused, hangs, or is half made. Nodes of ours would be marked, but for those of an older
	// gameday, and but for a load balancer alone, which is made beside the first nodes. Of these nothing else says whose they
	// are, and to leave what a run was making would be wrong more often.
	return !h.Kind.Marked || !found.HasMarkable()
}

// isLabelled reports whether a node in the cluster bears the run's label. Nobody has answered where there is no node
// yet, as in a cluster that is half made.
func (k *kind) isLabelled(ctx context.Context, h handle) (ours, answered bool) {
	ctx, cancel := context.WithTimeout(ctx, ownerPatience)
	defer cancel()
	s, err := k.provider.sessions.open(h.Access)
	if err != nil {
		return false, false
	}
	list, err := s.Typed.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) == 0 {
		return false, false
	}
	for i := range list.Items {
		ours = ours || list.Items[i].Labels[labelMadeBy] == h.Run
	}
	return ours, true
}

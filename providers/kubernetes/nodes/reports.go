package nodes

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// leaseNamespace is where kubelets renew a Lease each, every ten seconds.
const leaseNamespace = "kube-node-lease"

// mostSilence is how old a kubelet's last report may be.
const mostSilence = 15 * time.Second

// Reports reports whether a node's kubelet works and has told the cluster so since
// its node was started. The clocks of other machines may differ, so that only
// nodes of kind are held to the time of their reports.
func Reports(ctx context.Context, c *cluster.Cluster, step claim.NodeStep, now time.Time) (bool, error) {
	if step.Via == viaPod {
		return true, nil
	}
	started, err := machine.Started(ctx, step)
	if err != nil {
		return false, err
	}
	lease, err := c.Typed.CoordinationV1().Leases(leaseNamespace).Get(ctx, step.Node, metav1.GetOptions{})
	if apierrors.IsForbidden(err) {
		return true, nil // the condition Ready has to do
	}
	if err != nil {
		return false, fmt.Errorf("read the last report of node %s: %w", step.Node, err)
	}
	if lease.Spec.RenewTime == nil {
		return false, nil
	}
	renewed := lease.Spec.RenewTime.Time
	return renewed.After(started) && now.Sub(renewed) < mostSilence, nil
}

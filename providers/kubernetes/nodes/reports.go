package nodes

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// LeaseNamespace is where kubelets renew a Lease each, every ten seconds.
const LeaseNamespace = "kube-node-lease"

// mostSilence is how old a kubelet's last report may be.
const mostSilence = 15 * time.Second

// Reports reports whether a node's kubelet works and has told the cluster so since
// it was started. One that has just been stays Ready in the cluster's eyes, by what was
// known before, until its first report, which may well say that it is not ready yet. The
// clocks of other machines may differ, so that only nodes of kind are held to the time
// of their reports: of the others, State has seen a report since.
func Reports(ctx context.Context, c *cluster.Cluster, step claim.NodeStep, node *corev1.Node, now time.Time) (bool, error) {
	if step.Via == viaPod {
		return true, nil
	}
	started, err := machine.Started(ctx, step)
	if err != nil {
		return false, err
	}
	if !saidSince(node, started) {
		return false, nil
	}
	at, err := renewed(ctx, c, step.Node)
	if apierrors.IsForbidden(err) {
		return true, nil // the condition Ready has to do
	}
	return at.After(started) && now.Sub(at) < mostSilence, err
}

// renewed is when a kubelet has last renewed its Lease, by its node's clock. Zero when it
// never has.
func renewed(ctx context.Context, c *cluster.Cluster, node string) (time.Time, error) {
	lease, err := c.Typed.CoordinationV1().Leases(LeaseNamespace).Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		return time.Time{}, fmt.Errorf("read the last report of node %s, which takes the right to get leases in %s: %w", node, LeaseNamespace, err)
	}
	if lease.Spec.RenewTime == nil {
		return time.Time{}, nil
	}
	return lease.Spec.RenewTime.Time, nil
}

// saidSince reports whether a kubelet has posted the condition Ready since it was started: it does when it starts, and then
// when something changes, or every five minutes. Both times are whole seconds.
func saidSince(node *corev1.Node, started time.Time) bool {
	return slices.ContainsFunc(node.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && !c.LastHeartbeatTime.Time.Before(started)
	})
}

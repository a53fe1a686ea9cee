package resident

import (
	"cmp"
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// hostStatus says how a fault stands. Of an agent that has ended in order nothing is left,
// and of one that was killed no more than of any.
func hostStatus(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, deadline time.Time) (wire.Reply, error) {
	pod, err := findHost(ctx, c, step)
	if err != nil {
		return wire.Reply{}, err
	}
	if pod != nil && answers(pod) {
		reply, err := Ask(ctx, c, step, hostContainer, wire.Request{Op: wire.Status, ID: id})
		if err == nil {
			return reply, nil
		}
		ended := becomes(ctx, func() bool {
			now, failed := findHost(ctx, c, step)
			if failed != nil {
				return false
			}
			pod = now
			return pod == nil || !answers(pod)
		})
		if !ended {
			return wire.Reply{}, err
		}
	}
	if pod != nil && killed(pod) && mayBeLeft(step, deadline) {
		return wire.Reply{State: wire.Left, Detail: "its agent has ended; what it may have left ends at the deadline"}, nil
	}
	return wire.Reply{State: wire.Absent, Detail: "no agent runs for it"}, nil
}

// revertHost ends a fault, and removes its agent: as it says nothing to the fault whether
// anybody is served yet, the agent may take its time.
func (k *Keeper) revertHost(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, deadline time.Time) error {
	pod, err := findHost(ctx, c, step)
	if err != nil {
		return err
	}
	if _, err := get(ctx, c, step); err != nil {
		if !errors.Is(err, ErrGone) {
			return err
		}
		deadline = time.Time{} // with the pod all is gone that anybody could have left in it
	}
	if !inOrder(pod) && mayBeLeft(step, deadline) {
		if _, err := k.ensure(ctx, c, step, cmp.Or(c.Access.AgentImage, imageOf(pod)), spare); err != nil {
			return err
		}
		if pod, err = findHost(ctx, c, step); err != nil {
			return err
		}
	}
	if pod == nil {
		return nil
	}
	if answers(pod) {
		err = revert(ctx, c, step, hostContainer, id)
	}
	if err != nil && time.Now().Before(deadline) {
		return err // it is there for the next try
	}
	return removeHost(ctx, c, pod, serves)
}

// imageOf is the image of an agent before, for one that takes its place; empty where there was none. It counts only of a
// pod that could do all that the next one can: otherwise who may make pods could have us make mightier ones of their image.
func imageOf(pod *corev1.Pod) string {
	if pod == nil || !pod.Spec.HostPID || len(pod.Spec.Containers) != 1 {
		return ""
	}
	only := pod.Spec.Containers[0]
	if s := only.SecurityContext; s == nil || s.Privileged == nil || !*s.Privileged {
		return ""
	}
	return only.Image
}

// inOrder reports whether an agent's pod can be asked, or has ended by itself: then it
// has left nothing.
func inOrder(pod *corev1.Pod) bool { return pod != nil && (answers(pod) || !killed(pod)) }

// killed reports whether the agent has ended, and not in order.
func killed(pod *corev1.Pod) bool {
	s := statusOf(pod, hostContainer)
	if s == nil || s.State.Terminated == nil {
		return pod.Status.Phase == corev1.PodFailed
	}
	return s.State.Terminated.ExitCode != 0
}

// mayBeLeft reports whether a killed agent may have left something that is in effect: rules
// for packets. What else it does ends with it.
func mayBeLeft(step claim.PodStep, deadline time.Time) bool {
	return Profile(step.Profile) == Network && time.Now().Before(deadline)
}

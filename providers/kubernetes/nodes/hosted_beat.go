package nodes

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// beat is the name under which the node's heartbeats are noted for a fault.
func (h hosted) beat(id string) string { return id + " " + h.step.Node }

// beats reports whether the kubelet is seen to renew its Lease, which it does every ten
// seconds; it waits for that as long as a kubelet that works may be silent. What was seen
// by an earlier call counts, so that one that has less time is only the first of several.
func (h hosted) beats(ctx context.Context, id string) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, mostSilence)
	defer cancel()
	for {
		at, err := renewed(ctx, h.cluster, h.step.Node)
		if err != nil {
			return false, err
		}
		if h.cluster.Heartbeats.Changed(h.beat(id), at) {
			return true, nil
		}
		if !pause.For(waiting, 500*time.Millisecond) {
			return false, nil
		}
	}
}

// useless reports whether the pod, whose agent can't be asked, can be taken away without
// taking away what would start the kubelet. It says why not where the pod does not.
//
// The kubelet alone writes how the pod does, and may have been stopped before it could. That
// the pod has ended was written by one that ran. Without an address nobody could tell the
// agent to stop anything. A pod that has one and still waits for its image is what it seems
// to be only where the kubelet works.
func (h hosted) useless(ctx context.Context, id string) (bool, error) {
	pod, err := h.cluster.Typed.CoreV1().Pods(h.namespace()).Get(ctx, podName(id, h.step.Node), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("see whether its privileged pod has ended: %w", err)
	}
	if _, done := ended(pod); done || pod.Status.PodIP == "" {
		return true, nil
	}
	if hasRun(pod) {
		return false, nil
	}
	h.cluster.Heartbeats.Forget(h.beat(id)) // of before, when it may have run yet
	beats, err := h.beats(ctx, id)
	if err == nil && !beats {
		err = fmt.Errorf("its privileged pod has not run, and its kubelet has not reported for %s: expected one of the two to change; it is tried again", mostSilence)
	}
	return beats, err
}

// hasRun reports whether a container of a pod was seen to run.
func hasRun(pod *corev1.Pod) bool {
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Running != nil || c.LastTerminationState.Terminated != nil || c.RestartCount > 0 {
			return true
		}
	}
	return pod.Status.Phase == corev1.PodRunning
}

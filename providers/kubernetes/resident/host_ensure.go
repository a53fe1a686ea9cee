package resident

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// ensureHost makes sure that an agent for the pod runs on its node, and has found it.
func ensureHost(ctx context.Context, c *cluster.Cluster, step claim.PodStep, imageName string, wait time.Duration) error {
	target, err := get(ctx, c, step)
	if err != nil {
		return fmt.Errorf("put gameday's agent beside pod %s/%s: %w", step.Namespace, step.Pod, err)
	}
	ctx, cancel := context.WithTimeout(ctx, mostStart)
	defer cancel()
	pod, err := madeHost(ctx, c, step, target, imageName, wait)
	if err == nil {
		err = settle(ctx, c, step, pod)
	}
	if err != nil {
		return fmt.Errorf("put gameday's agent for pod %s/%s on node %s: %w", step.Namespace, step.Pod, target.Spec.NodeName, err)
	}
	return nil
}

// madeHost finds the pod of the agent, or makes it. One that has ended, or is about to, makes
// room for another.
func madeHost(ctx context.Context, c *cluster.Cluster, step claim.PodStep, target *corev1.Pod, imageName string, wait time.Duration) (*corev1.Pod, error) {
	for {
		found, err := findHost(ctx, c, step)
		if err != nil || found != nil && usable(found) {
			return found, err
		}
		if imageName == "" {
			return nil, errNoImage
		}
		if found == nil {
			made, err := c.Typed.CoreV1().Pods(step.Host.Namespace).Create(ctx, hostPod(step, target, imageName, wait), metav1.CreateOptions{})
			if !apierrors.IsAlreadyExists(err) { // by another process, a moment ago
				return made, err
			}
		} else if err := removeHost(ctx, c, found, 0); err != nil {
			return nil, err
		}
		if !pause.For(ctx, 100*time.Millisecond) {
			return nil, fmt.Errorf("the pod %s/%s of an agent before does not go: %w", step.Host.Namespace, step.Host.Name, context.Cause(ctx))
		}
	}
}

// settle waits until the agent answers: its container runs a moment before it is where
// it belongs, or has found that it can't be there.
func settle(ctx context.Context, c *cluster.Cluster, step claim.PodStep, pod *corev1.Pod) error {
	if answers(pod) {
		return nil // whoever asks it next is told
	}
	if err := await(ctx, c, pod, hostContainer); err != nil {
		return err
	}
	_, err := Ask(ctx, c, step, hostContainer, wire.Request{Op: wire.Status, ID: step.Host.Name})
	if err == nil {
		return nil
	}
	if found, _ := findHost(ctx, c, step); found != nil && !usable(found) {
		return notStarted(found, hostContainer, errEnded)
	}
	return err
}

// findHost reads the agent's pod; nil where there is none.
func findHost(ctx context.Context, c *cluster.Cluster, step claim.PodStep) (*corev1.Pod, error) {
	pod, err := c.Typed.CoreV1().Pods(step.Host.Namespace).Get(ctx, step.Host.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil //nolint:nilnil // what is not there is neither a pod nor an error
	case err != nil:
		return nil, err
	case pod.Labels[HostLabel] != HostValue:
		return nil, fmt.Errorf("the pod %s/%s: %w", pod.Namespace, pod.Name, errForeign)
	}
	return pod, nil
}

var errForeign = errors.New("it has the name of an agent's pod and is none")

// usable reports whether a fault can be given to the pod's agent, now or soon.
func usable(pod *corev1.Pod) bool {
	s := statusOf(pod, hostContainer)
	return pod.DeletionTimestamp == nil && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed &&
		(s == nil || s.State.Terminated == nil)
}

// answers reports whether the pod's agent runs, be it that it is about to end.
func answers(pod *corev1.Pod) bool {
	s := statusOf(pod, hostContainer)
	return s != nil && s.State.Running != nil
}

// removeHost deletes an agent's pod, and no other of its name. Its container has grace for
// what it still serves.
func removeHost(ctx context.Context, c *cluster.Cluster, pod *corev1.Pod, grace time.Duration) error {
	err := c.Typed.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: pointer(int64(grace / time.Second)), Preconditions: &metav1.Preconditions{UID: &pod.UID},
	})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}

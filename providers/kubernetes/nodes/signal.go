package nodes

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// A Shot is a signal to one container on a node.
type Shot struct {
	Node      claim.NodeStep `json:"node"`      // how its node is reached
	Container string         `json:"container"` // the runtime's id: "5f3a…"

	// Namespace is that of the container's pod: the pod that fires goes there, as the
	// claim, the reaper's rights and the user's are for the target's namespace. Empty
	// in records of versions that put it elsewhere.
	Namespace string `json:"namespace,omitempty"`
}

// Reach finds out how signals get to what runs on a node.
func Reach(ctx context.Context, c *cluster.Cluster, node string) (claim.NodeStep, error) {
	if c.Access.Kind != "" {
		return machine.Locate(ctx, c.Access.Kind, node, "")
	}
	if err := privileged(c); err != nil {
		return claim.NodeStep{}, fmt.Errorf("node %s: %w", node, err)
	}
	return claim.NodeStep{Node: node, Via: viaPod}, nil
}

// Steps are what shots leave behind in the cluster: the pods that fire them.
func Steps(c *cluster.Cluster, id string, shots []Shot) []undo.Step {
	var steps []undo.Step
	for _, s := range shots {
		if s.Node.Via == viaPod {
			steps = append(steps, undo.Step{Kind: undo.Remove, Path: podsIn(s.in(c)) + "/" + podName(id, s.Container)})
		}
	}
	return steps
}

func (s Shot) in(c *cluster.Cluster) string {
	if s.Namespace != "" {
		return s.Namespace
	}
	return namespaceOf(c)
}

// Fire sends a signal ("SIGKILL"), and returns when it was sent. A container that
// does not run any more is no error, but no hit either.
func Fire(ctx context.Context, c *cluster.Cluster, run, id string, s Shot, signal string) (hit bool, err error) {
	if s.Node.Via != viaPod {
		return machine.Signal(ctx, s.Node, s.Container, signal)
	}
	step := Steps(c, id, []Shot{s})[0]
	name := podName(id, s.Container)
	body := agentPod(c.Access.AgentImage, s.Node.Node, machine.SignalArgs(s.Container, signal))
	body["metadata"] = map[string]any{"name": name}
	if err := c.API.Add(ctx, run, id, podsIn(s.in(c)), step, body); err != nil {
		return false, fmt.Errorf("put a privileged pod on node %s: %w", s.Node.Node, err)
	}
	ctx, cancel := context.WithTimeout(ctx, mostStart)
	defer cancel()
	for {
		pod, err := c.Typed.CoreV1().Pods(s.in(c)).Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			switch code, done := ended(pod); {
			case done && (code == 0 || code == machine.SignalMissed):
				return code == 0, c.API.Undo(ctx, id, step)
			case done:
				return false, fmt.Errorf("send %s to container %s on node %s%s", signal, s.Container, s.Node.Node, Waits(pod))
			}
		}
		if !pause.For(ctx, 100*time.Millisecond) {
			return false, fmt.Errorf("the privileged pod %s on node %s did not run in time%s: %w", name, s.Node.Node, Waits(pod), errors.Join(err, context.Cause(ctx)))
		}
	}
}

// ended reports whether the only container of a pod has ended, and with which exit code:
// 1 where no more is known than that it has failed. The kubelet tells so of the container at once; of the pod only when all of
// it is taken down, which takes a busy node many seconds.
func ended(pod *corev1.Pod) (code int32, done bool) {
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Terminated != nil {
			return c.State.Terminated.ExitCode, true
		}
	}
	if pod.Status.Phase == corev1.PodFailed {
		return 1, true
	}
	return 0, pod.Status.Phase == corev1.PodSucceeded
}

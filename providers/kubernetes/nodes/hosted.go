package nodes

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// hosted stops the kubelet of any node through a privileged pod on it.
type hosted struct {
	cluster *cluster.Cluster
	step    claim.NodeStep
	run     string // whose the pod is that Guard makes
}

// locatePod refuses what no pod can do, and pods that nobody allowed.
func locatePod(c *cluster.Cluster, node, action string) (claim.NodeStep, error) {
	if action != machine.KubeletStop {
		return claim.NodeStep{}, fmt.Errorf(
			"node %s: machines can be paused and stopped only where they are containers, in an environment of type kind: %w", node, machine.ErrUnreachable)
	}
	if err := privileged(c); err != nil {
		return claim.NodeStep{}, fmt.Errorf("node %s: %w", node, err)
	}
	return claim.NodeStep{Node: node, Action: action, Via: viaPod, Namespace: namespaceOf(c)}, nil
}

// ask sends a word to the agent on the node.
func (h hosted) ask(ctx context.Context, id, word string) (string, error) {
	path := fmt.Sprintf("%s/http:%s:%d/proxy/%s/%s", h.pods(), podName(id, h.step.Node), machine.HostPort, id, word)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := h.cluster.API.Post(ctx, path, map[string]any{})
	if err != nil {
		return "", err
	}
	state, _ := answer["state"].(string)
	return state, nil
}

func (h hosted) Do(ctx context.Context, id string) error {
	_, err := h.ask(ctx, id, machine.WordStop)
	return err
}

// undo tells the agent to start the kubelet and takes its pod away. As long as that pod
// may be what can start it, it stays: an agent that does not answer may do so in a moment.
// Without a pod nothing was done, or the timer on the node does the rest; whether the node
// is well is for others to see.
func (h hosted) Undo(ctx context.Context, id string) error {
	if there, err := h.there(ctx, id); !there {
		return err
	}
	state, err := h.ask(ctx, id, machine.WordStart)
	if err == nil && state != machine.Active {
		return fmt.Errorf("the kubelet of node %s was started and is %s", h.step.Node, state)
	}
	if err == nil {
		h.cluster.Heartbeats.Prove(h.beat(id))
	} else if useless, lookErr := h.useless(ctx, id); !useless {
		return fmt.Errorf("start the kubelet of node %s: %w", h.step.Node, errors.Join(err, lookErr))
	}
	return h.cluster.API.Undo(ctx, id, h.podStep(id))
}

func (h hosted) there(ctx context.Context, id string) (bool, error) {
	state, err := h.cluster.API.State(ctx, id, h.podStep(id))
	return state == undo.Present, err
}

func (h hosted) State(ctx context.Context, id string) (string, error) {
	there, err := h.there(ctx, id)
	if err != nil {
		return "", err
	}
	if there {
		h.cluster.Heartbeats.Forget(h.beat(id)) // from here on the kubelet may be stopped
		return h.ask(ctx, id, machine.WordState)
	}
	ready, err := Ready(ctx, h.cluster, h.step.Node)
	if err != nil {
		return "", err
	}
	if !ready {
		return machine.Inactive, nil
	}
	// For most of a minute the cluster believes what it heard before the kubelet was stopped.
	beats, err := h.beats(ctx, id)
	if beats {
		return machine.Active, err
	}
	return machine.Inactive, err
}

// Ready reports whether a node says of itself that it is, recently enough for its
// cluster to believe it. One that does not exist is an error for errors.Is with
// undo's not found.
func Ready(ctx context.Context, c *cluster.Cluster, node string) (bool, error) {
	found, err := c.Typed.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		return false, fmt.Errorf("see whether node %s is ready: %w", node, err)
	}
	for _, condition := range found.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue, nil
		}
	}
	return false, errors.New("the node has no condition Ready")
}

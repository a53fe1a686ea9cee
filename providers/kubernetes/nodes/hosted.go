package nodes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// mostStart is how long a pod may take until it runs.
const mostStart = time.Minute

// hosted stops the kubelet of any node through a privileged pod on it.
type hosted struct {
	cluster *cluster.Cluster
	step    claim.NodeStep
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
	return claim.NodeStep{Node: node, Action: action, Via: viaPod}, nil
}

// privileged says why no privileged pod may be used; nil when it may.
func privileged(c *cluster.Cluster) error {
	switch {
	case !c.Access.AllowPrivileged:
		return fmt.Errorf("it takes a privileged pod to reach what runs on the node itself, and the environment does not allow it: "+
			"set allow_privileged = true there if this cluster may be treated so: %w", machine.ErrUnreachable)
	case c.Access.AgentImage == "":
		return fmt.Errorf("it takes a privileged pod to reach what runs on the node itself, and the environment names no agent_image for it: %w", machine.ErrUnreachable)
	}
	return nil
}

// podName is unique for a fault and what of a node it acts on.
func podName(id, what string) string {
	sum := sha256.Sum256([]byte(what))
	return "gameday-" + strings.ToLower(id) + "-" + hex.EncodeToString(sum[:4])
}

// podsOf is the collection in which a cluster's privileged pods are.
func podsOf(c *cluster.Cluster) string { return podsIn(namespaceOf(c)) }

func podsIn(namespace string) string { return "/api/v1/namespaces/" + namespace + "/pods" }

func namespaceOf(c *cluster.Cluster) string {
	if len(c.Access.Namespaces) > 0 {
		return c.Access.Namespaces[0]
	}
	return metav1.NamespaceDefault
}

func (h hosted) podStep(id string) undo.Step {
	return undo.Step{Kind: undo.Remove, Path: podsOf(h.cluster) + "/" + podName(id, h.step.Node)}
}

// guard puts the pod on the node. Its agent sets the timer on the node before it
// listens.
func (h hosted) Guard(ctx context.Context, id string, deadline time.Time) error {
	step := h.podStep(id)
	body := agentPod(h.cluster.Access.AgentImage, h.step.Node, machine.HostArgs(id, deadline))
	body["metadata"] = map[string]any{"name": podName(id, h.step.Node)}
	if err := h.cluster.API.Add(ctx, "", id, podsOf(h.cluster), step, body); err != nil {
		return fmt.Errorf("put a privileged pod on node %s: %w", h.step.Node, err)
	}
	ctx, cancel := context.WithTimeout(ctx, mostStart)
	defer cancel()
	for {
		_, err := h.State(ctx, id)
		if err == nil {
			return nil
		}
		if !pause(ctx, 200*time.Millisecond) {
			return fmt.Errorf("the privileged pod on node %s did not answer: %w%s", h.step.Node, err, h.explain(step))
		}
	}
}

// pause waits; false when ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// explain says what the cluster says of a pod that does not start.
func (h hosted) explain(step undo.Step) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	name := step.Path[strings.LastIndex(step.Path, "/")+1:]
	pod, err := h.cluster.Typed.CoreV1().Pods(namespaceOf(h.cluster)).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return ""
	}
	return Waits(pod)
}

// Waits says why a pod does not run, with a colon before it; empty when nobody
// says.
func Waits(pod *corev1.Pod) string {
	text := ""
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Waiting != nil {
			text = ": " + c.State.Waiting.Reason + " " + c.State.Waiting.Message
		}
		if c.State.Terminated != nil {
			text = ": " + c.State.Terminated.Reason + " " + c.State.Terminated.Message
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			text = ": " + c.Message
		}
	}
	return strings.TrimRight(text, " ")
}

// ask sends a word to the agent on the node.
func (h hosted) ask(ctx context.Context, id, word string) (string, error) {
	path := fmt.Sprintf("%s/http:%s:%d/proxy/%s/%s", podsOf(h.cluster), podName(id, h.step.Node), machine.HostPort, id, word)
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

// undo tells the agent to start the kubelet and takes its pod away. Without a pod
// nothing was done, or the timer on the node does the rest; whether the node is
// well is for others to see.
func (h hosted) Undo(ctx context.Context, id string) error {
	if there, err := h.there(ctx, id); !there {
		return err
	}
	state, err := h.ask(ctx, id, machine.WordStart)
	if err != nil && h.harmed(ctx) {
		return fmt.Errorf("start the kubelet of node %s: %w", h.step.Node, err)
	}
	if err == nil && state != machine.Active {
		return fmt.Errorf("the kubelet of node %s was started and is %s", h.step.Node, state)
	}
	return h.cluster.API.Undo(ctx, id, h.podStep(id))
}

// harmed is true unless the node is seen to be well. A pod that never ran can't be
// asked.
func (h hosted) harmed(ctx context.Context) bool {
	ready, err := Ready(ctx, h.cluster, h.step.Node)
	return err != nil || !ready
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
		return h.ask(ctx, id, machine.WordState)
	}
	if h.harmed(ctx) {
		return machine.Inactive, nil
	}
	return machine.Active, nil
}

// Ready reports whether a node says of itself that it is, recently enough for its
// cluster to believe it. One that does not exist is an error for errors.Is with
// undo's not found.
func Ready(ctx context.Context, c *cluster.Cluster, node string) (bool, error) {
	found, err := c.Typed.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		return false, err
	}
	for _, condition := range found.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue, nil
		}
	}
	return false, errors.New("the node has no condition Ready")
}

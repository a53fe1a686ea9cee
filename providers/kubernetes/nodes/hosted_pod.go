package nodes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

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

// pods is the collection in which the step's pod is.
func (h hosted) pods() string { return podsIn(h.namespace()) }

func (h hosted) namespace() string { return cmp.Or(h.step.Namespace, namespaceOf(h.cluster)) }

func podsIn(namespace string) string { return "/api/v1/namespaces/" + namespace + "/pods" }

func namespaceOf(c *cluster.Cluster) string {
	if len(c.Access.Namespaces) > 0 {
		return c.Access.Namespaces[0]
	}
	return metav1.NamespaceDefault
}

func (h hosted) podStep(id string) undo.Step {
	return undo.Step{Kind: undo.Remove, Path: h.pods() + "/" + podName(id, h.step.Node)}
}

// explain says what the cluster says of a pod that does not start.
func (h hosted) explain(step undo.Step) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	name := step.Path[strings.LastIndex(step.Path, "/")+1:]
	pod, err := h.cluster.Typed.CoreV1().Pods(h.namespace()).Get(ctx, name, metav1.GetOptions{})
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

package nodes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// mostStart is how long a pod may take until it runs.
const mostStart = time.Minute

// guard puts the pod on the node. Its agent sets the timer on the node before it
// listens. A pod that never answers was never told to stop anything: it is taken away
// again by whoever has made it, as nobody who comes later could know that.
func (h hosted) Guard(ctx context.Context, id string, deadline time.Time) error {
	step := h.podStep(id)
	body := agentPod(h.cluster.Access.AgentImage, h.step.Node, machine.HostArgs(id, deadline))
	body["metadata"] = map[string]any{"name": podName(id, h.step.Node)}
	there, err := h.cluster.API.AddOrFind(ctx, h.run, id, h.pods(), step, body)
	if err != nil {
		return fmt.Errorf("put a privileged pod on node %s: %w", h.step.Node, err)
	}
	h.cluster.Heartbeats.Forget(h.beat(id))
	if err = h.answers(ctx, id); err == nil || there {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, h.cluster.API.Undo(ctx, id, step))
}

// answers waits until the agent on the node does.
func (h hosted) answers(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, mostStart)
	defer cancel()
	for {
		_, err := h.ask(ctx, id, machine.WordState)
		if err == nil {
			return nil
		}
		if !pause.For(ctx, 200*time.Millisecond) {
			return fmt.Errorf("the privileged pod on node %s did not answer: %w%s", h.step.Node, err, h.explain(h.podStep(id)))
		}
	}
}

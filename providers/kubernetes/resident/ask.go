package resident

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/image"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// Ask sends one request to an agent and returns its reply.
func Ask(ctx context.Context, c *cluster.Cluster, step claim.PodStep, name string, request wire.Request) (wire.Reply, error) {
	request.Version = wire.Version
	var in bytes.Buffer
	if err := wire.Write(&in, request); err != nil {
		return wire.Reply{}, err
	}
	at := placeOf(step, name)
	out, complaint, err := c.Exec(ctx, cluster.Command{
		Namespace: at.namespace, Pod: at.pod, Container: at.container, Args: []string{image.Path, agent.AskRole, "-name=" + at.name}, Stdin: &in,
	})
	if err != nil {
		return wire.Reply{}, fmt.Errorf("ask the agent in pod %s/%s (container %s): %w", at.namespace, at.pod, at.container, err)
	}
	reply, err := wire.Read[wire.Reply](bytes.NewReader(out))
	if err != nil {
		return reply, fmt.Errorf("the agent in pod %s/%s (container %s): %w (it wrote %q)", at.namespace, at.pod, at.container, err, complaint)
	}
	return reply, reply.Err()
}

// place is the container in which an agent runs, and the name that it has there.
type place struct{ namespace, pod, container, name string }

func placeOf(step claim.PodStep, name string) place {
	if hosted(step) {
		return place{step.Host.Namespace, step.Host.Name, hostContainer, step.Host.Name}
	}
	return place{step.Namespace, step.Pod, name, name}
}

// ErrNoAgent says that no agent runs in the pod.
var ErrNoAgent = errors.New("no agent runs in the pod")

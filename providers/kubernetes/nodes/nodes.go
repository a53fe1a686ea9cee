// Package nodes acts on the machines of a cluster: on kind through the container
// runtime whose containers the nodes are, elsewhere through a privileged pod. What
// is done to a node cannot be undone by the API server, so each act has a timer
// of its own beside it.
//
// Nodes that are paused or stopped can run no timer: theirs is a process on the
// machine of their container runtime, which outlives gameday. That of a stopped
// kubelet is a transient systemd timer on the node itself.
package nodes

import (
	"context"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
)

// viaPod is the Via of steps that a privileged pod does.
const viaPod = "pod"

// Do does a step to its node: pause, stop, kubelet_stop. Twice is once.
func Do(ctx context.Context, c *cluster.Cluster, id string, step claim.NodeStep) error {
	m, err := machineOf(c, step)
	if err != nil {
		return err
	}
	return m.Do(ctx, id)
}

// Undo takes a step back: never done, done, already undone; from a fresh process.
// It ends the step's timer too. A node whose container was deleted meanwhile is
// no error.
func Undo(ctx context.Context, c *cluster.Cluster, id string, step claim.NodeStep) error {
	m, err := machineOf(c, step)
	if err != nil {
		return err
	}
	return m.Undo(ctx, id)
}

// Guard puts a timer beside a step that is about to be done, which takes it back
// at the deadline whoever is alive then. Twice is once. What it takes in the cluster is
// labelled as the run's.
func Guard(ctx context.Context, c *cluster.Cluster, run, id string, step claim.NodeStep, deadline time.Time) error {
	if !time.Now().Before(deadline) {
		return fmt.Errorf("the deadline %s has passed", deadline.UTC().Format(time.RFC3339))
	}
	if step.Via == viaPod {
		return hosted{cluster: c, step: step, run: run}.Guard(ctx, id, deadline)
	}
	m, err := machineOf(c, step)
	if err != nil {
		return err
	}
	return m.Guard(ctx, id, deadline)
}

// State reads a step's node back: machine.Running, Paused or Stopped, and of
// kubelet_stop Active or Inactive.
func State(ctx context.Context, c *cluster.Cluster, id string, step claim.NodeStep) (string, error) {
	m, err := machineOf(c, step)
	if err != nil {
		return "", err
	}
	return m.State(ctx, id)
}

// Locate finds out how a node is reached, and which of its incarnations is there.
// It changes nothing.
func Locate(ctx context.Context, c *cluster.Cluster, node, action string) (claim.NodeStep, error) {
	if c.Access.Kind == "" {
		return locatePod(c, node, action)
	}
	return machine.Locate(ctx, c.Access.Kind, node, action)
}

func machineOf(c *cluster.Cluster, step claim.NodeStep) (machine.Machine, error) {
	if step.Via == viaPod {
		return hosted{cluster: c, step: step}, nil
	}
	return machine.Of(step)
}

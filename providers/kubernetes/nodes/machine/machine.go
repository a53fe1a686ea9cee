// Package machine acts on the nodes of a cluster where they can be touched: on the
// containers that the nodes of kind are, and on the node that a privileged pod runs
// on. It knows no API server, so that the small agent, whose roles node-guard,
// node-host and node-signal are here, stays small.
package machine

import (
	"context"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// The actions of steps.
const (
	Pause       = "pause"        // freezes every process of the node
	Stop        = "stop"         // switches the node off
	KubeletStop = "kubelet_stop" // stops the kubelet; containers go on
)

// The states that are read back.
const (
	Running  = "running"  // of the node
	Paused   = "paused"   // of the node
	Stopped  = "stopped"  // of the node
	Active   = "active"   // of the kubelet
	Inactive = "inactive" // of the kubelet
	Gone     = "gone"     // the node's container was deleted, or replaced by another
)

// Machine is one node with a step on it. Everything may be called any number of
// times.
type Machine interface {
	// Do does the step.
	Do(ctx context.Context, id string) error
	// Undo takes it back and ends the step's timer.
	Undo(ctx context.Context, id string) error
	// Guard starts the timer that takes it back at the deadline.
	Guard(ctx context.Context, id string, deadline time.Time) error
	// State reads the node or its kubelet back.
	State(ctx context.Context, id string) (string, error)
}

// Of is a step on a node of kind.
func Of(step claim.NodeStep) (Machine, error) {
	r, err := runtimeOf(step.Via)
	if err != nil {
		return nil, err
	}
	switch step.Action {
	case Pause, Stop:
		return box{r, step}, nil
	case KubeletStop:
		return kubelet{r, step}, nil
	default:
		return nil, fmt.Errorf("unknown action %q on node %s: use the gameday that wrote it", step.Action, step.Node)
	}
}

// Locate finds the container that a node of a kind cluster is.
func Locate(ctx context.Context, kindCluster, node, action string) (claim.NodeStep, error) {
	r, err := findRuntime(ctx, kindCluster)
	if err != nil {
		return claim.NodeStep{}, err
	}
	found, err := r.inspect(ctx, node)
	if err != nil {
		return claim.NodeStep{}, fmt.Errorf("node %s of kind cluster %s: %w", node, kindCluster, err)
	}
	return claim.NodeStep{Node: node, Action: action, Via: viaKind + r.command, Container: found.id}, nil
}

// After is the state that an action leads to.
func After(action string) string {
	switch action {
	case Pause:
		return Paused
	case Stop:
		return Stopped
	default:
		return Inactive
	}
}

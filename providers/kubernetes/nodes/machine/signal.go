package machine

import (
	"context"
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// SignalRole is the agent's role in a privileged pod on a node, which sends one
// signal to one container there.
const SignalRole = "node-signal"

// SignalMissed is the exit code of that role when the container does not run any more.
const SignalMissed = 3

// SignalArgs are the arguments of the agent in that role.
func SignalArgs(container, signal string) []string {
	return []string{SignalRole, "-container", container, "-signal", signal}
}

// Signal sends a signal ("SIGKILL") to the first process of a container on a node
// of kind. The container is the runtime's id of it; one that does not run any more
// is no error, but no hit either.
func Signal(ctx context.Context, step claim.NodeStep, container, signal string) (hit bool, err error) {
	r, err := runtimeOf(step.Via)
	if err != nil {
		return false, err
	}
	// Every node of kind has containerd and its ctr; crictl can send no signals.
	_, err = r.run(ctx, "exec", (box{r, step}).name(), "ctr", "--namespace", "k8s.io", "tasks", "kill", "--signal", signal, container)
	if err != nil && isEnded(err.Error()) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("send %s to container %s: %w", signal, container, err)
	}
	return true, nil
}

// isEnded reports whether it is ctr that says so of the container. A command that is missing is "not found", too.
func isEnded(said string) bool {
	_, ctr, spoke := strings.Cut(said, "ctr: ")
	return spoke && strings.HasSuffix(ctr, "not found")
}

package machine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// viaKind and the runtime's command are the Via of steps on nodes of kind.
const viaKind = "kind/"

// ErrUnreachable says that nothing leads to a cluster's nodes.
var ErrUnreachable = errors.New("its nodes cannot be reached")

// kindLabel is what kind marks the containers of a cluster with.
const kindLabel = "io.x-k8s.kind.cluster="

// errNoContainer says that a container does not exist.
var errNoContainer = errors.New("no such container")

// runtime is the command of a container runtime. kind has no calls of its own for
// what is done here, and drives the same commands.
type runtime struct{ command string }

func runtimeOf(via string) (runtime, error) {
	command, ofKind := strings.CutPrefix(via, viaKind)
	for _, known := range commands() {
		if ofKind && command == known {
			return runtime{command}, nil
		}
	}
	return runtime{}, fmt.Errorf("unknown way to a node %q: use the gameday that wrote it", via)
}

// commands are those that kind knows, in the order in which it looks for them.
func commands() []string { return []string{"docker", "podman", "nerdctl"} }

// findRuntime finds the one whose containers are a cluster's nodes.
func findRuntime(ctx context.Context, cluster string) (runtime, error) {
	candidates := commands()
	if chosen := os.Getenv("KIND_EXPERIMENTAL_PROVIDER"); chosen != "" {
		candidates = []string{chosen}
	}
	var failed error
	for _, command := range candidates {
		if _, err := exec.LookPath(command); err != nil {
			continue
		}
		r := runtime{command}
		found, err := r.run(ctx, "ps", "--all", "--quiet", "--filter", "label="+kindLabel+cluster)
		if err == nil && found != "" {
			return r, nil
		}
		failed = errors.Join(failed, err)
	}
	return runtime{}, errors.Join(fmt.Errorf(
		"the containers of kind cluster %q were looked for with %s, and none was found: run gameday on the machine where the cluster is, as a user who may see them: %w",
		cluster, strings.Join(candidates, ", "), ErrUnreachable), failed)
}

// container is what a runtime says of one.
type container struct{ id, state string }

// inspect finds a container by name or id.
func (r runtime) inspect(ctx context.Context, name string) (container, error) {
	out, err := r.run(ctx, "inspect", "--type", "container", "--format", "{{.Id}} {{.State.Status}}", name)
	if err != nil {
		return container{}, err
	}
	id, status, _ := strings.Cut(out, " ")
	return container{id, wordOf(status)}, nil
}

// wordOf is a runtime's word in ours: of the many for a container that does not
// run, all but "restarting" mean that somebody has to start it.
func wordOf(status string) string {
	switch status {
	case Running, Paused:
		return status
	case "restarting":
		return Running
	default:
		return Stopped
	}
}

// run runs the command and returns what it says, trimmed.
func (r runtime) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, r.command, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second // for what it has started
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(stderr.String())
		if isMissing(said) {
			return "", fmt.Errorf("%s %s: %w", r.command, args[0], errNoContainer)
		}
		return "", fmt.Errorf("%s %s: %w: %s", r.command, strings.Join(args, " "), err, said)
	}
	return strings.TrimSpace(stdout.String()), nil
}

// isMissing reports whether a runtime says that there is no such container: docker and podman in these words, nerdctl
// and "inspect" without a type of an object. "No such" alone is not enough: a runtime that is away says of its socket
// "no such file or directory", and knows nothing of any container.
func isMissing(said string) bool {
	said = strings.ToLower(said)
	return strings.Contains(said, "no such container") || strings.Contains(said, "no such object")
}

// Started is when the kubelet of a node of kind was last started, with its node or by itself.
func Started(ctx context.Context, step claim.NodeStep) (time.Time, error) {
	r, err := runtimeOf(step.Via)
	if err != nil {
		return time.Time{}, err
	}
	out, err := r.run(ctx, append([]string{"exec", (box{r, step}).name()}, kubeletSince()...)...)
	if err != nil {
		return time.Time{}, err
	}
	seconds, err := strconv.ParseInt(out, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the kubelet of node %s was started: %w", step.Node, err)
	}
	return time.Unix(seconds, 0), nil
}

package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/exec"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

const (
	// commandTakes is how long a command may run that shows an effect.
	commandTakes = 2 * time.Second
	// commandStarts is how long its way there may take, through API server, kubelet and container runtime: of a node
	// with much to do, seconds.
	commandStarts = 8 * time.Second
)

// evidenceBlock is how a user shows an effect that can't be seen from outside of a pod.
func evidenceBlock(operator string) schema.NestedBlock {
	return schema.NestedBlock{Name: "evidence", Nesting: schema.Single, Block: &schema.Block{
		Description: "How the effect shows. Without it there is nothing but the word of " + operator + ", and the verdict is inconclusive.",
		Attributes: []schema.Attribute{
			{
				Name: "command", Type: texts(), Required: true, Example: `["sh", "-c", "test $(date +%Y) -gt 2100"]`,
				Description: "A command and its arguments, run in every target. It must end within 2 s, with 0 while the fault is in place and with another status before and after.",
			},
			{Name: "container", Type: text(), Example: `"app"`, Description: "The container in which it is run. May be left out for pods that have just one."},
		},
	}}
}

// byCommand takes the status of a command for evidence.
type byCommand struct{}

// shown is a command and the container that it runs in, by pod UID; empty without a command.
type shown struct {
	Command    []string          `json:"command,omitempty"`
	Containers map[string]string `json:"containers,omitempty"`
}

func (byCommand) before(ctx context.Context, p preparation) (any, error) {
	if !p.config.Has("evidence") {
		return shown{}, nil
	}
	block := p.config.Block("evidence")
	s := shown{Command: block.Strings("command"), Containers: map[string]string{}}
	for _, t := range p.targets {
		pod, err := p.session.pod(ctx, t)
		if err != nil {
			return nil, err
		}
		if s.Containers[t.UID], err = containerOf(pod, block.String("container")); err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	return s, nil
}

func (byCommand) absent(ctx context.Context, i injection) error {
	var s shown
	if err := decode(i.data, &s); err != nil || len(s.Command) == 0 {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, t := range i.record.Targets {
		group.Go(func() error {
			status, err := i.session.run(ctx, t, s)
			switch {
			case err != nil:
				return err
			case status == 0:
				return fmt.Errorf("%s succeeds in %s before the fault is there, so that it would prove nothing: choose a command that fails without the fault", s, t.Name)
			}
			return nil
		})
	}
	return group.Wait()
}

func (byCommand) facts(ctx context.Context, l look) ([]finding, error) {
	var s shown
	if err := decode(l.data, &s); err != nil {
		return nil, err
	}
	return l.lookAt(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		if len(s.Command) == 0 {
			return finding{}, nil
		}
		status, err := l.session.run(ctx, t, s)
		if err != nil || status != 0 {
			return finding{detail: fmt.Sprintf("%s ends with %d", s, status)}, err
		}
		return finding{facts: []providers.Fact{{
			Name: "command_succeeds", Text: fmt.Sprintf("%s succeeds in container %s of %s, and failed before the fault", s, s.Containers[t.UID], t.Name), Value: 1, Unit: "pods",
		}}}, nil
	})
}

func (byCommand) settled(ctx context.Context, l look) (string, error) {
	var s shown
	if err := decode(l.data, &s); err != nil || len(s.Command) == 0 {
		return "", err
	}
	found, err := l.lookAt(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		status, err := l.session.run(ctx, t, s)
		switch {
		case apierrors.IsNotFound(err) || errors.Is(err, errEnded):
			return finding{}, nil // with the pod, the effect is gone
		case err != nil || status != 0:
			return finding{}, err
		}
		return finding{detail: fmt.Sprintf("%s still succeeds in %s", s, t.Name)}, nil
	})
	left := ""
	for _, f := range found {
		left = joined(left, f.detail)
	}
	return left, err
}

// String is the command for people.
func (s shown) String() string { return fmt.Sprintf("%q", strings.Join(s.Command, " ")) }

// errEnded says that a pod has ended, so that nothing can be run in it any more.
var errEnded = errors.New("the pod has ended")

// run runs the command in a target and returns its status. It is never run in a pod that has taken the target's name.
func (s *session) run(ctx context.Context, t providers.Target, what shown) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, commandStarts+commandTakes)
	defer cancel()
	pod, err := s.pod(ctx, t)
	if err != nil {
		return 0, err
	}
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return 0, fmt.Errorf("%s: %w", t.Name, errEnded)
	}
	container := what.Containers[t.UID]
	_, _, err = s.Exec(ctx, cluster.Command{Namespace: pod.Namespace, Pod: pod.Name, Container: container, Args: what.Command})
	var ended exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &ended) && ended.ExitStatus() != notFound && ended.ExitStatus() != notExecutable:
		return ended.ExitStatus(), nil
	}
	return 0, fmt.Errorf("run %s in container %s of %s: %w", what, container, t.Name, err)
}

// By these a shell says that there is no such command, or that it can't be run (POSIX, 2.8.2).
const (
	notExecutable = 126
	notFound      = 127
)

// lookAt looks at every target.
func (l look) lookAt(ctx context.Context, at func(ctx context.Context, t providers.Target) (finding, error)) ([]finding, error) {
	out := make([]finding, len(l.record.Targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, t := range l.record.Targets {
		group.Go(func() (err error) {
			out[n], err = at(ctx, t)
			return err
		})
	}
	return out, group.Wait()
}

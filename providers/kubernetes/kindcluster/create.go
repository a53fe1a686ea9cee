package kindcluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/cluster"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// Creation is a cluster in the making. kind can't be told to stop, so it goes on
// in a goroutine until it is done or Abandon takes its nodes away.
type Creation struct {
	engine Engine
	name   string
	done   chan struct{}
	err    error // when done is closed
}

// Start begins to create a cluster whose kubeconfig goes to a file, and returns at
// once. Node images must be there already (EnsureImages): kind's own attempts to
// pull one can't be interrupted. Progress is called from one goroutine at a time,
// with short phrases, until the creation is done.
//
// On failure the nodes stay, so that their logs can be collected: whoever started
// deletes them.
func Start(engine Engine, spec Spec, kubeconfig string, progress func(step string)) (*Creation, error) {
	config, err := spec.Resolve()
	if err != nil {
		return nil, err
	}
	provider := engine.provider(reporter{progress})
	c := &Creation{engine: engine, name: spec.Name, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.err = failure(provider.Create(spec.Name,
			cluster.CreateWithV1Alpha4Config(config),
			cluster.CreateWithKubeconfigPath(kubeconfig),
			cluster.CreateWithRetain(true),
		))
	}()
	return c, nil
}

// Wait waits until the cluster is created, or until ctx ends; then the creation
// goes on and must be abandoned.
func (c *Creation) Wait(ctx context.Context) error {
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return fmt.Errorf("create the kind cluster %q: %w", c.name, ctx.Err())
	}
}

// Abandon takes away every node as it appears, by which kind's next step fails,
// until kind has given up and nothing is left.
func (c *Creation) Abandon(ctx context.Context) error {
	for {
		if err := c.engine.Delete(ctx, c.name); err != nil {
			return err
		}
		select {
		case <-c.done:
			return c.engine.Delete(ctx, c.name) // what appeared between the two
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("abandon the kind cluster %q: %w", c.name, ctx.Err())
		}
	}
}

// saysTaken is how kind says, before it makes anything, that there are nodes of that name. It has no error value for it.
const saysTaken = "already exist for a cluster with the name"

// failure is an error of kind with what the command that failed has said last.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), saysTaken) {
		return ErrTaken
	}
	err = fmt.Errorf("kind: %w", err)
	var ran *kindexec.RunError
	if !errors.As(err, &ran) {
		return err
	}
	if said := lastLines(string(ran.Output), 5); said != "" {
		return fmt.Errorf("%w; it said: %s", err, said)
	}
	return err
}

func lastLines(text string, most int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}

package machine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// box pauses and stops the container that a node of kind is.
type box struct {
	runtime
	step claim.NodeStep
}

// name of the container: its id, so that one that was made anew under the same
// name is left alone.
func (b box) name() string {
	if b.step.Container != "" {
		return b.step.Container
	}
	return b.step.Node
}

func (b box) State(ctx context.Context, _ string) (string, error) {
	found, err := b.inspect(ctx, b.name())
	if errors.Is(err, errNoContainer) {
		return Gone, nil
	}
	return found.state, err
}

func (b box) Do(ctx context.Context, _ string) error {
	state, err := b.State(ctx, "")
	switch {
	case err != nil || state == After(b.step.Action):
		return err
	case state != Running:
		return fmt.Errorf("node %s is %s, so that it cannot be harmed", b.step.Node, state)
	case b.step.Action == Pause:
		_, err = b.run(ctx, "pause", b.name())
	default:
		// No time to end in order: what is switched off has none either.
		_, err = b.run(ctx, "stop", "-t", "0", b.name())
	}
	return err
}

func (b box) Undo(ctx context.Context, id string) error {
	if err := b.mend(ctx); err != nil {
		return err
	}
	return endGuard(ctx, id, b.step.Node) // only now: until here it is needed
}

// mend takes the act back, and leaves alone what somebody else did to the node.
func (b box) mend(ctx context.Context) error {
	state, err := b.State(ctx, "")
	if err != nil || state != After(b.step.Action) {
		return err
	}
	verb := "unpause"
	if b.step.Action == Stop {
		verb = "start"
	}
	if _, err = b.run(ctx, verb, b.name()); err == nil {
		return nil
	}
	// Somebody else may have been faster: the guard, another undo.
	if state, again := b.State(ctx, ""); again == nil && state != After(b.step.Action) {
		return nil
	}
	return err
}

func (b box) Guard(ctx context.Context, id string, deadline time.Time) error {
	return startGuard(ctx, id, b.step, deadline)
}

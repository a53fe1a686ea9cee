package undo

import (
	"context"
	"errors"
	"fmt"
)

// Undo takes a step back: never done, done, already undone, the object replaced
// or gone; any number of times, by several at once.
func (a API) Undo(ctx context.Context, id string, step Step) error {
	return a.UndoAll(ctx, id, []Step{step})
}

func (a API) undo(ctx context.Context, id string, step Step) error {
	switch step.Kind {
	case Restore:
		return a.restore(ctx, id, step)
	case Remove:
		return a.remove(ctx, id, step)
	case Forget:
		return a.forgetCopies(ctx, id, step)
	default:
		return fmt.Errorf("undo %s: unknown kind of step %q: use the gameday that wrote it", step.Path, step.Kind)
	}
}

// State says whether a step is done.
func (a API) State(ctx context.Context, id string, step Step) (State, error) {
	if step.Kind == Forget {
		return a.stateOfCopies(ctx, id, step)
	}
	o, err := a.target(ctx, step)
	switch {
	case IsNotFound(err) || errors.Is(err, ErrReplaced):
		return Absent, nil
	case err != nil:
		return "", err
	}
	l, changed, _ := o.own(id) // of one that can't be read it is known that it is there
	switch {
	case changed && l.Back:
		return Restored, nil
	case changed || step.Kind == Remove && o.fault() == id:
		return Present, nil
	}
	return Absent, nil
}

func (a API) remove(ctx context.Context, id string, step Step) error {
	o, err := a.read(ctx, step.Path)
	if IsNotFound(err) || err == nil && o.fault() != id {
		return nil
	}
	if err != nil {
		return err
	}
	none := int64(0)
	gone, err := a.delete(ctx, step.Path, o.uid(), &none)
	if isConflict(err) {
		return nil // replaced between the two: not ours any more
	}
	if err != nil || gone {
		return err
	}
	return a.left(ctx, id, step)
}

package undo

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	_, changed := o.annotation(Annotation(id))
	if changed || step.Kind == Remove && o.fault() == id {
		return Present, nil
	}
	return Absent, nil
}

func (a API) restore(ctx context.Context, id string, step Step) error {
	err := retry(ctx, func(seen *string) error {
		o, err := a.target(ctx, step)
		if IsNotFound(err) || errors.Is(err, ErrReplaced) {
			return nil // nothing of the fault is there any more
		}
		if err != nil {
			return err
		}
		ops, err := o.restoring(id)
		if err != nil || ops == nil {
			return err
		}
		if err := o.fresh(seen); err != nil {
			return err
		}
		_, err = a.patch(ctx, step.Path, ops)
		if IsNotFound(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("undo the change to %s: %w", step.Path, err)
	}
	return nil
}

// restoring is the patch that takes a change back; nil when there is none.
func (o object) restoring(id string) ([]patchOp, error) {
	own, found, err := o.own(id)
	if err != nil || !found {
		return nil, err
	}
	d := newDraft(o)
	var off []lifted
	for _, l := range slices.Backward(o.above(own.Number)) {
		lifted, err := d.lift(l)
		if err != nil {
			return nil, err
		}
		off = append(off, lifted)
	}
	for _, e := range slices.Backward(own.Edits) {
		if err := e.undo(d); err != nil && !errors.Is(err, errPointer) {
			return nil, err // where the place itself is gone, somebody else took it
		}
	}
	for _, l := range slices.Backward(off) {
		if err := d.lower(l); err != nil {
			return nil, err
		}
	}
	if err := d.forget(id); err != nil {
		return nil, err
	}
	return d.ops, nil
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

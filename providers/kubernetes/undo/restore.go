package undo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// errOwners says that values are back, and that it could not be set whose fields they are.
var errOwners = errors.New(`the values are back, but the API server still holds the fields to be set by "` + manager + `"`)

// restore takes a change back. Where the API server takes the values and for good not the owners,
// the annotation goes without them: nothing is changed any more, and nobody could do more. That is
// told this once.
func (a API) restore(ctx context.Context, id string, step Step) error {
	err := retry(ctx, func(seen *string) error { return a.tryRestore(ctx, id, step, seen) })
	if errors.Is(err, errOwners) && refused(err) {
		err = errors.Join(err, a.release(ctx, id, step))
	}
	if err != nil {
		return fmt.Errorf("undo the change to %s: %w", step.Path, err)
	}
	return nil
}

// tryRestore writes twice: a write that changes values takes their fields away from whoever had
// set them, so that it needs another to give them back. The annotation goes with that.
func (a API) tryRestore(ctx context.Context, id string, step Step, seen *string) error {
	o, err := a.target(ctx, step)
	for range 2 {
		if IsNotFound(err) || errors.Is(err, ErrReplaced) {
			return nil // nothing of the fault is there any more
		}
		if err != nil {
			return err
		}
		var ops []patchOp
		if ops, err = o.restoring(id); err != nil || ops == nil {
			return err
		}
		if err = o.fresh(seen); err != nil {
			return err
		}
		o, err = a.takeBack(ctx, id, step, o, ops)
	}
	if IsNotFound(err) {
		return nil
	}
	return err
}

func (a API) takeBack(ctx context.Context, id string, step Step, o object, ops []patchOp) (object, error) {
	after, err := a.patch(ctx, step.Path, ops)
	if l, _, _ := o.own(id); err != nil && l.Back && !IsNotFound(err) {
		err = fmt.Errorf("%w. Where the next apply of their owner conflicts with it, let that have --force-conflicts once: %w", errOwners, err)
	}
	return after, err
}

// refused reports whether the API server will not take a write however often it is asked.
func refused(err error) bool {
	var status *StatusError
	if errors.Is(err, errBusy) || !errors.As(err, &status) {
		return false
	}
	again := []int{http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests}
	return status.Code >= 400 && status.Code < 500 && !slices.Contains(again, status.Code)
}

// release removes the annotation of a change whose values are back.
func (a API) release(ctx context.Context, id string, step Step) error {
	return retry(ctx, func(seen *string) error {
		o, err := a.target(ctx, step)
		if IsNotFound(err) || errors.Is(err, ErrReplaced) {
			return nil
		}
		if err != nil {
			return err
		}
		d := newDraft(o)
		if l, _, err := o.own(id); err != nil || !l.Back {
			return err
		}
		if err := errors.Join(d.forget(id), o.fresh(seen)); err != nil {
			return err
		}
		_, err = a.patch(ctx, step.Path, d.ops)
		return err
	})
}

// restoring is the next patch that takes a change back; nil when there is none.
func (o object) restoring(id string) ([]patchOp, error) {
	own, found, err := o.own(id)
	if err != nil || !found {
		return nil, err
	}
	d := newDraft(o)
	if err := d.takeOff(own); err != nil {
		return nil, err
	}
	last := len(o.above(0)) == 1
	if last && len(own.Owners) > 0 && !own.Back {
		own.Edits, own.Back = nil, true
		return d.ops, own.note(d)
	}
	if err := d.forget(id); err != nil {
		return nil, err
	}
	if last {
		err = d.giveBack(own.Owners)
	} else {
		d.bequeath(o.record())
	}
	return d.ops, err
}

// takeOff undoes the edits of a layer below those above it.
func (d *draft) takeOff(own layer) error {
	var off []lifted
	for _, l := range slices.Backward(d.above(own.Number)) {
		lifted, err := d.lift(l)
		if err != nil {
			return err
		}
		off = append(off, lifted)
	}
	for _, e := range slices.Backward(own.Edits) {
		if err := e.undo(d); err != nil && !errors.Is(err, errPointer) {
			return err // where the place itself is gone, somebody else took it
		}
	}
	for _, l := range slices.Backward(off) {
		if err := d.lower(l); err != nil {
			return err
		}
	}
	return nil
}

package undo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// errOwners says that values are back, and that it could not be set whose fields they are.
var errOwners = errors.New(`the values are back, but the API server still holds the fields to be set by "` + manager + `"`)

// restore takes a change back. Where the API server takes the values and for good not the owners,
// the annotation goes without them: nothing is changed any more, and nobody could do more. That is
// told this once.
func (a API) restore(ctx context.Context, id string, step Step) error {
	var owed debt
	err := retry(ctx, func(seen *string) error { return a.tryRestore(ctx, id, step, seen, &owed) })
	if errors.Is(err, errOwners) && refused(err) {
		err = errors.Join(err, a.release(ctx, id, step))
	}
	if err != nil {
		return fmt.Errorf("undo the change to %s: %w", step.Path, err)
	}
	return nil
}

// debt are the owners that are to have their fields back, once the annotation is gone that held
// them: those of a Deployment. Its controller copies annotations to ReplicaSets, and only of a write
// that changes the specification can be told when it has seen it. So the annotation of a Deployment
// goes with the first write, and a process killed right after that leaves the fields gameday's.
type debt []object

func copiesAnnotations(path string) bool { return strings.Contains(path, "/deployments/") }

// tryRestore writes twice: a write that changes values takes their fields away from whoever had
// set them, so that it needs another to give them back. The annotation goes with that.
func (a API) tryRestore(ctx context.Context, id string, step Step, seen *string, owed *debt) error {
	o, err := a.target(ctx, step)
	for range 2 {
		if IsNotFound(err) || errors.Is(err, ErrReplaced) {
			return nil // nothing of the fault is there any more
		}
		if err != nil {
			return err
		}
		var ops []patchOp
		next := *owed
		if ops, err = o.restoring(id, copiesAnnotations(step.Path), &next); err != nil || ops == nil {
			return err
		}
		if err := o.fresh(seen); err != nil {
			return err
		}
		if o, err = a.takeBack(ctx, id, step, o, ops, len(*owed) > 0); err == nil {
			*owed = next
		}
	}
	if IsNotFound(err) {
		return nil
	}
	return err
}

func (a API) takeBack(ctx context.Context, id string, step Step, o object, ops []patchOp, owed bool) (object, error) {
	after, err := a.patch(ctx, step.Path, ops)
	if l, _, _ := o.own(id); err != nil && (l.Back || owed) && !IsNotFound(err) {
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

// restoring is the next patch that takes a change back; nil when there is none. It says what is
// owed once that is written.
func (o object) restoring(id string, atOnce bool, owed *debt) ([]patchOp, error) {
	own, found, err := o.own(id)
	if err != nil {
		return nil, err
	}
	if !found {
		return o.paying(owed)
	}
	d := newDraft(o)
	if err := d.takeOff(own); err != nil {
		return nil, err
	}
	last := len(o.above(0)) == 1
	first := last && len(own.Owners) > 0 && !own.Back
	if first && !atOnce {
		own.Edits, own.Back = nil, true
		return d.ops, own.note(d)
	}
	if err := d.forget(id); err != nil {
		return nil, err
	}
	switch {
	case first:
		*owed = own.Owners
	case last:
		err = d.giveBack(own.Owners)
	default:
		d.bequeath(o.record())
	}
	return d.ops, err
}

// paying gives owners their fields back, or has a fault that came meanwhile do so at its end.
func (o object) paying(owed *debt) ([]patchOp, error) {
	if len(*owed) == 0 {
		return nil, nil
	}
	d := newDraft(o)
	if len(d.above(0)) > 0 {
		d.bequeath(*owed)
	} else if err := d.giveBack(*owed); err != nil {
		return nil, err
	}
	*owed = nil
	if !d.changed() {
		return nil, nil
	}
	return d.ops, nil
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

package undo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// mostPrior is how much an annotation may hold, in bytes: all annotations of an
// object together are limited to 256 KiB.
const mostPrior = 192 << 10

// ErrReplaced says that the object is not the one that was planned.
var ErrReplaced = errors.New("the object was replaced since it was planned")

// ErrForeign says that an object of that name is there and was not added by this fault.
var ErrForeign = errors.New("an object of that name exists and is not of this fault")

// Change edits the object of a Restore step, and keeps the prior values and who had set
// which fields beside the change, in one write. A second call with the same id changes nothing.
func (a API) Change(ctx context.Context, id string, step Step, edits []Edit) error {
	return retry(ctx, func(seen *string) error {
		o, err := a.target(ctx, step)
		if err != nil {
			return err
		}
		if o.stands(id) {
			return nil
		}
		if err := o.fresh(seen); err != nil {
			return err
		}
		l, err := a.made(ctx, o, step, newLayer(o, id, edits))
		if err != nil {
			return err
		}
		d := newDraft(o)
		if err := l.put(d); err != nil {
			return fmt.Errorf("change %s: %w", step.Path, err)
		}
		_, err = a.patch(ctx, step.Path, d.ops)
		return err
	})
}

// stands reports whether a change is made and not taken back, as is one of which nobody can read the annotation.
func (o object) stands(id string) bool {
	l, made, err := o.own(id)
	return made && (err != nil || !l.Back)
}

func newLayer(o object, id string, edits []Edit) layer {
	l := layer{id: id, Number: 1, Edits: append([]Edit(nil), edits...), Owners: o.remembered()}
	if all := o.above(0); len(all) > 0 {
		l.Number = all[len(all)-1].Number + 1
	}
	return l
}

// made completes a layer with what the server makes of the new values: it fills
// in what is missing, writes 1000m as 1, lets webhooks write. Without it, an undo
// would take that for somebody else's. It is asked with a dry run.
func (a API) made(ctx context.Context, o object, step Step, l layer) (layer, error) {
	d := newDraft(o)
	if err := l.put(d); err != nil {
		return l, fmt.Errorf("change %s: %w", step.Path, err)
	}
	after, err := a.patch(ctx, step.Path, d.ops, "dryRun=All")
	if hasCode(err, http.StatusBadRequest) {
		return l, nil // an admission webhook that knows no dry runs
	}
	if err != nil {
		return l, err
	}
	for i, e := range l.Edits {
		if e.Element != nil {
			continue
		}
		drafted, is := d.at(e.Pointer)
		value, found := after.at(e.Pointer)
		if e.ours(value, found) || !e.ours(drafted, is) {
			continue // as asked for; or a later edit of this change writes over it
		}
		if l.Edits[i].Is, err = encode(value); err != nil {
			return l, err
		}
	}
	return l, nil
}

// target reads the object of a step and refuses a replacement.
func (a API) target(ctx context.Context, step Step) (object, error) {
	o, err := a.read(ctx, step.Path)
	if err != nil {
		return nil, err
	}
	if uid := o.uid(); step.UID != "" && uid != step.UID {
		return nil, fmt.Errorf("%s: expected UID %s, found %s: %w", step.Path, step.UID, uid, ErrReplaced)
	}
	return o, nil
}

// Add creates the object of a Remove step in the collection at a path, marked
// with run and id. A second call with the same id adds nothing.
func (a API) Add(ctx context.Context, run, id, collection string, step Step, body map[string]any) error {
	_, err := a.AddOrFind(ctx, run, id, collection, step, body)
	return err
}

// AddOrFind is Add for who must know whether the object was there already.
func (a API) AddOrFind(ctx context.Context, run, id, collection string, step Step, body map[string]any) (there bool, err error) {
	o, isMap := normal(body).(map[string]any)
	if !isMap {
		return false, fmt.Errorf("add %s: the object can't be written as JSON", step.Path)
	}
	mark(o, run, id)
	if _, err = a.Post(ctx, collection, o); !hasCode(err, http.StatusConflict) {
		return false, err
	}
	found, err := a.read(ctx, step.Path)
	if err != nil {
		return false, err
	}
	if of := found.fault(); of != id {
		return false, fmt.Errorf("%s: expected label %s=%s, found %q: %w", step.Path, LabelFault, id, of, ErrForeign)
	}
	return true, nil
}

// mark labels an object as the fault's.
func mark(o object, run, id string) {
	metadata := mapIn(o, "metadata")
	labels := mapIn(metadata, "labels")
	labels[LabelRun], labels[LabelFault] = run, id
	labels["app.kubernetes.io/managed-by"] = "gameday"
}

// mapIn is the map at a key; it is made where there is none.
func mapIn(o map[string]any, key string) map[string]any {
	inner, _ := o[key].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
		o[key] = inner
	}
	return inner
}

package undo

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// Forget is the kind of step that removes copies of a fault's annotation: the
// Deployment controller copies every annotation of a Deployment to its
// ReplicaSets, and never removes one there. Path is the collection of ReplicaSets,
// with a label selector as its query; UID is that of the Deployment. It stands
// before the step that restores the Deployment, so that it is undone after it.
const Forget StepKind = "forget"

const (
	// seenWithin bounds the wait for the controller to see the restored Deployment:
	// until then it copies the annotation again.
	seenWithin = 5 * time.Second
	seenEvery  = 50 * time.Millisecond

	forgetLooks = 3 // whoever verifies finds what comes back after that
)

// forgetCopies removes the annotation from every ReplicaSet of the Deployment, and looks once more:
// the controller may still be at it with the Deployment as it was before the last write to that.
func (a API) forgetCopies(ctx context.Context, id string, step Step) error {
	for range forgetLooks {
		copies, err := a.copies(ctx, id, step)
		if err != nil || len(copies) == 0 {
			return err
		}
		if err := a.forgetEach(ctx, id, step, copies); err != nil || !pause.For(ctx, seenEvery) {
			return err
		}
	}
	return nil
}

func (a API) forgetEach(ctx context.Context, id string, step Step, copies []object) error {
	collection, _, _ := strings.Cut(step.Path, "?")
	if err := a.awaitSeen(ctx, deploymentOf(copies[0], collection, step.UID), step.UID); err != nil {
		return err
	}
	var failed error
	for _, o := range copies {
		failed = errors.Join(failed, a.forgetAt(ctx, id, collection+"/"+o.text("/metadata/name")))
	}
	return failed
}

func (a API) forgetAt(ctx context.Context, id, path string) error {
	return retry(ctx, func(seen *string) error {
		o, err := a.read(ctx, path)
		if IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		d := newDraft(o)
		if err := d.forget(id); err != nil || !d.changed() {
			return err
		}
		if err := o.fresh(seen); err != nil {
			return err
		}
		_, err = a.patch(ctx, path, d.ops)
		if IsNotFound(err) {
			return nil
		}
		return err
	})
}

// copies are the ReplicaSets of the Deployment that have the annotation.
func (a API) copies(ctx context.Context, id string, step Step) ([]object, error) {
	list, err := a.Get(ctx, step.Path)
	if IsNotFound(err) {
		return nil, nil // the namespace is gone
	}
	if err != nil {
		return nil, err
	}
	var out []object
	items, _ := list["items"].([]any)
	for _, item := range items {
		fields, _ := item.(map[string]any)
		o := object(fields)
		if _, copied := o.annotation(Annotation(id)); copied && o.owner(step.UID) != "" {
			out = append(out, o)
		}
	}
	return out, nil
}

func (a API) stateOfCopies(ctx context.Context, id string, step Step) (State, error) {
	copies, err := a.copies(ctx, id, step)
	switch {
	case err != nil:
		return "", err
	case len(copies) > 0:
		return Present, nil
	default:
		return Absent, nil
	}
}

// owner is the name of the owner with a UID; empty when there is none.
func (o object) owner(uid string) string {
	references, _ := o.at("/metadata/ownerReferences")
	list, _ := references.([]any)
	for _, item := range list {
		fields, _ := item.(map[string]any)
		if reference := object(fields); reference.text("/uid") == uid {
			return reference.text("/name")
		}
	}
	return ""
}

func deploymentOf(copied object, collection, uid string) string {
	return strings.TrimSuffix(collection, "/replicasets") + "/deployments/" + copied.owner(uid)
}

// awaitSeen waits until the controller has seen the Deployment as it is now. It
// gives up quietly: a copy that comes back is found by whoever verifies.
func (a API) awaitSeen(ctx context.Context, path, uid string) error {
	ctx, cancel := context.WithTimeout(ctx, seenWithin)
	defer cancel()
	ticker := time.NewTicker(seenEvery)
	defer ticker.Stop()
	for {
		o, err := a.Get(ctx, path)
		switch {
		case IsNotFound(err) || ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case object(o).uid() != uid || object(o).seen():
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// seen reports whether an object's controller has seen its specification.
func (o object) seen() bool {
	wanted, _ := o.at("/metadata/generation")
	is, _ := o.at("/status/observedGeneration")
	generation, _ := wanted.(float64)
	observed, _ := is.(float64)
	return observed >= generation
}

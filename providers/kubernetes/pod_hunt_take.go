package kubernetes

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// quarry is a pod that has appeared, with what will be done to it.
type quarry struct {
	target providers.Target
	injection
}

// take makes targets of pods as the fault's own became some: the undo is known first,
// then it is in the claim, and then it is done. What fails is tried again.
func (h *hunt) take(ctx context.Context, prey []providers.Target) error {
	prepared, failed := h.prepared(ctx, prey)
	var found []quarry
	for _, namespace := range h.namespaces {
		ours, err := h.claim(ctx, namespace, prepared)
		if errors.Is(err, errOver) {
			return err
		}
		failed, found = errors.Join(failed, err), append(found, ours...)
	}
	errs := make([]error, len(found))
	for _, q := range found {
		h.unsure = append(h.unsure, q.steps...)
		h.ours[q.target.UID] = true
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for n, q := range found {
		group.Go(func() error {
			errs[n] = h.hunter.inject(ctx, q.injection)
			return nil // each by itself: one that fails must not end the others
		})
	}
	_ = group.Wait()
	for n, err := range errs {
		if errors.Is(err, errLate) || errors.Is(err, errUnclaimed) {
			return errOver
		}
		if failed = errors.Join(failed, err); err == nil {
			h.knows(types.UID(found[n].target.UID))
		}
	}
	return cmp.Or(h.confirm(ctx), failed)
}

// confirm looks at the claim once more when pods were changed, as that of the fault itself
// does: it may have been undone between the gate and the change, by somebody who found these
// pods unchanged. What is not known stays unsure until the next sweep.
func (h *hunt) confirm(ctx context.Context) error {
	if len(h.unsure) == 0 {
		return nil
	}
	all, _, err := h.session.claims().Stands(ctx, recorded{}.claim(h.record))
	switch {
	case err != nil:
		return fmt.Errorf("look whether the claim stands: %w", err)
	case !all || !time.Now().Before(h.record.Deadline):
		return errOver
	}
	h.unsure = nil
	return nil
}

// withdraw undoes what nobody else may know of when the hunt is over. It does without the
// gate, which lets nothing pass any more, and without what a revert does beside: that waits
// for the hunt.
func (h *hunt) withdraw(ctx context.Context) {
	if len(h.unsure) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawal)
	defer cancel()
	api := h.session.API
	api.Gate = nil
	for api.UndoAll(ctx, h.record.ID, h.unsure) != nil && pause.For(ctx, pace) {
	}
}

// prepared reads what will be changed of each pod. One that is gone is none any more.
func (h *hunt) prepared(ctx context.Context, prey []providers.Target) (found []quarry, failed error) {
	for _, t := range prey {
		i := h.injection
		i.record.Targets = []providers.Target{t}
		made, err := h.hunter.intend(ctx, preparation{
			session: h.session, config: h.config, id: h.record.ID, run: h.record.Run, targets: i.record.Targets, seed: h.seed,
		})
		if err == nil {
			i.steps, i.nodes = made.steps, made.nodes
			i.data, err = json.Marshal(made.data)
		}
		switch {
		case apierrors.IsNotFound(err):
			h.knows(types.UID(t.UID))
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("pod %s: %w", t.Name, err))
		default:
			found = append(found, quarry{t, i})
		}
	}
	return found, failed
}

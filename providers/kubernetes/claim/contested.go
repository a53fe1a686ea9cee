package claim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Contested are those of the targets with which a claim was just extended that another run
// holds: they are the other's, whichever was there first. It may have looked before the
// extension, and act on them by right. Where it looked afterwards it has seen the extension
// and withdraws, so that of two at least one does; at times both do.
//
// A claim that is over is undone and removed, as Take does. Where that fails, and beside one
// that can't be read and may hold anything, the error says so: later it may be another matter.
func (s Store) Contested(ctx context.Context, id, namespace string, targets []Target) ([]Target, error) {
	all, err := s.listIn(ctx, Label, namespace)
	if err != nil {
		return nil, fmt.Errorf("look for other runs' claims: %w", err)
	}
	at := slices.IndexFunc(all, func(h Held) bool { return h.Broken == nil && h.Claim.ID == id })
	if at < 0 {
		return nil, ErrReleased
	}
	var out []Target
	var failed error
	for _, t := range targets {
		own := all[at]
		own.Claim.Targets, own.Claim.Locks = []Target{t}, nil
		for _, other := range all {
			held, err := s.contests(ctx, own, other)
			if failed = errors.Join(failed, err); held {
				out = append(out, t)
				break
			}
		}
	}
	return out, failed
}

// contests reports whether another claim holds what an extension needs. Unlike at the start
// of a fault, the own Lease is old by now: what time it is, the list has said.
func (s Store) contests(ctx context.Context, own, other Held) (held bool, err error) {
	now := own.When(own.created)
	switch {
	case other.Broken != nil:
		err = s.unreadable(other, now)
	case overlap(own.Claim, other.Claim) == "":
		return false, nil
	case !other.Over(now):
		return true, nil
	default:
		err = s.Undo(ctx, other)
	}
	return err != nil, err
}

// Withdraw takes targets out of the part of a claim in one namespace, and the steps that
// would undo what was done to them. Nothing may have been. A claim that is gone is
// ErrReleased.
func (s Store) Withdraw(ctx context.Context, id, namespace string, targets []Target, steps []undo.Step) error {
	return s.edit(ctx, id, namespace, func(c *Claim) {
		c.Targets = slices.DeleteFunc(c.Targets, func(t Target) bool { return slices.Contains(targets, t) })
		c.Steps = slices.DeleteFunc(c.Steps, func(step undo.Step) bool { return slices.Contains(steps, step) })
	})
}

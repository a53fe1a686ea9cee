package kubernetes

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// claim gives the reaper of a namespace the rights on the pods there, and adds them to
// the fault's claim, but for those that another run holds. It returns those that are the
// fault's now, also beside an error of others. That the claim is gone ends the hunt.
func (h *hunt) claim(ctx context.Context, namespace string, found []quarry) ([]quarry, error) {
	var here []quarry
	for _, q := range found {
		if of := namespacesOf(q.record.Targets, nil); of[0] == namespace {
			here = append(here, q)
		}
	}
	if len(here) == 0 {
		return nil, nil
	}
	targets, steps := parts(here)
	added, more := h.record, recorded{Access: h.session.Access, Steps: steps}
	added.Targets = nil
	for _, q := range here {
		added.Targets = append(added.Targets, q.target)
	}
	var ours []quarry
	err := h.fault.guard(ctx, h.session, more, added)
	if err == nil {
		err = h.session.claims().Extend(ctx, h.record.ID, namespace, targets, steps)
	}
	if err == nil {
		ours, err = h.yield(ctx, namespace, here)
	}
	if errors.Is(err, claim.ErrReleased) || errors.Is(err, errLate) || errors.Is(err, errUnclaimed) {
		return nil, errOver
	}
	return ours, err
}

// yield leaves pods to the runs that hold them: out of the claim again, and for good, as
// their fault is seen on them for as long as it likes. What has been ours stays ours:
// something may be done to it already, and who comes later withdraws.
func (h *hunt) yield(ctx context.Context, namespace string, here []quarry) ([]quarry, error) {
	var fresh []claim.Target
	for _, q := range here {
		if !h.ours[q.target.UID] {
			fresh = append(fresh, claim.Target(q.target))
		}
	}
	contested, err := h.session.claims().Contested(ctx, h.record.ID, namespace, fresh)
	switch {
	case len(contested) == 0 && err != nil:
		return nil, err
	case len(contested) == 0:
		return here, nil
	}
	var kept, left []quarry
	for _, q := range here {
		if slices.Contains(contested, claim.Target(q.target)) {
			left = append(left, q)
		} else {
			kept = append(kept, q)
		}
	}
	_, needed := parts(kept)
	_, steps := parts(left)
	steps = slices.DeleteFunc(steps, func(s undo.Step) bool { return slices.Contains(needed, s) || slices.Contains(h.steps, s) })
	if err := h.session.claims().Withdraw(ctx, h.record.ID, namespace, contested, steps); err != nil {
		return nil, err
	}
	for _, q := range left {
		if err == nil { // otherwise who holds it is not known for sure
			h.knows(types.UID(q.target.UID))
		}
	}
	return kept, err
}

// parts are what pods add to a claim.
func parts(found []quarry) (targets []claim.Target, steps []undo.Step) {
	for _, q := range found {
		targets, steps = append(targets, claim.Target(q.target)), append(steps, q.steps...)
	}
	return targets, steps
}

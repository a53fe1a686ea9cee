package claim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// HeldError says that another run holds something that a fault needs.
type HeldError struct {
	Claim Claim  // the holder's
	What  string // "pod/shop/payments-5f"
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("run %s holds %s (%s) until %s at the latest: wait until it has ended, or undo it with gameday sweep -alive -run %s",
		e.Claim.Run, e.What, e.Claim.Address, e.Claim.Deadline.UTC().Format(time.RFC3339), e.Claim.Run)
}

// Take writes the claim before the injection: one Lease in each namespace of its
// targets. Then it looks for others. Each claimant creates first and reads then, and
// the server puts the creations in an order, so of two claims on one thing the
// later sees the earlier and withdraws; the earlier holds. An expired holder is
// undone and removed before its targets are taken.
//
// The same claim may be taken again. On error nothing of it is left, as far as the
// server can be reached.
func (s Store) Take(ctx context.Context, c Claim) error {
	_, err := s.TakeOrFind(ctx, c)
	return err
}

// TakeOrFind is Take for who must know whether the claim was taken before: what it is for may be done already.
func (s Store) TakeOrFind(ctx context.Context, c Claim) (again bool, err error) {
	if again, err = s.write(ctx, c); err == nil {
		err = s.alone(ctx, c)
	}
	if err == nil {
		return again, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawPatience)
	defer cancel()
	return again, errors.Join(err, s.Release(ctx, c))
}

// withdrawPatience is how long a withdrawal may take when its caller has given up.
// What it can't remove expires.
const withdrawPatience = 5 * time.Second

// write makes the parts of a claim, and reports whether some part was there.
func (s Store) write(ctx context.Context, c Claim) (again bool, err error) {
	var bodies []map[string]any
	parts := c.parts()
	for _, part := range parts {
		body, err := lease(part)
		if err != nil {
			return false, err
		}
		bodies = append(bodies, body)
	}
	for i, part := range parts {
		step := undo.Step{Kind: undo.Remove, Path: Path(part.Namespace, c.ID)}
		there, err := s.API.AddOrFind(ctx, c.Run, c.ID, collection(part.Namespace), step, bodies[i])
		if err != nil {
			return again, fmt.Errorf("claim the targets of %s: %w", c.Address, err)
		}
		again = again || there
	}
	return again, nil
}

// alone makes sure that nobody else holds what the claim needs.
func (s Store) alone(ctx context.Context, c Claim) error {
	for _, ns := range c.Namespaces() {
		all, err := s.listIn(ctx, Label, ns)
		if err != nil {
			return fmt.Errorf("look for other runs' claims: %w", err)
		}
		at := slices.IndexFunc(all, func(h Held) bool { return h.Broken == nil && h.Claim.ID == c.ID })
		if at < 0 {
			return fmt.Errorf("the claim on the targets of %s was removed from namespace %s as soon as it was made: by gameday sweep or at its deadline", c.Address, ns)
		}
		for _, other := range all {
			if err := s.yield(ctx, all[at], other); err != nil {
				return err
			}
		}
	}
	return nil
}

// yield gives way to another claim where that is in the way, and undoes it where its
// time is over. What time it is, the creation of the own claim says, which the server
// has just made: it set that of the other by the same clock.
func (s Store) yield(ctx context.Context, own, other Held) error {
	if other.Broken != nil {
		return s.unreadable(other, own.created)
	}
	what := overlap(own.Claim, other.Claim)
	switch {
	case what == "":
		return nil
	case other.Over(own.created):
		if err := s.Undo(ctx, other); err != nil {
			return fmt.Errorf("take over from run %s, whose deadline has passed: %w", other.Claim.Run, err)
		}
		return nil
	case other.before(own):
		return &HeldError{Claim: other.Claim, What: what}
	default:
		return nil // it is the other's to withdraw
	}
}

// unreadable refuses to act beside a claim of which nobody can say what it holds, as
// long as it may be somebody's who is alive: a newer gameday's.
func (s Store) unreadable(h Held, now time.Time) error {
	if !now.Before(h.Expires) {
		return nil
	}
	return fmt.Errorf("%w; what it holds is not known, so that nothing is done beside it until it expires (%s): if it is nobody's, kubectl delete lease -n %s %s",
		h.Broken, h.Expires.UTC().Format(time.RFC3339), h.Namespace, h.Name)
}

// before reports whether a claim was there first: by the order of the server's
// writes, or by its clock, as a later write by somebody else would make it look
// new. Where the two contradict each other, both claimants withdraw.
func (h Held) before(other Held) bool {
	return h.version <= other.version || h.created.Before(other.created)
}

// overlap names what two claims both need, empty for nothing. Faults of one run
// may share targets: the run schedules them itself.
func overlap(a, b Claim) string {
	if a.Run == b.Run {
		return ""
	}
	for _, lock := range a.Locks {
		if slices.Contains(b.Locks, lock) {
			return lock
		}
	}
	held := make(map[Target]bool, len(b.Targets))
	for _, t := range b.Targets {
		held[Target{Kind: t.Kind, UID: t.UID}] = true
	}
	for _, t := range a.Targets {
		if held[Target{Kind: t.Kind, UID: t.UID}] {
			return t.Kind + "/" + t.Name
		}
	}
	return ""
}

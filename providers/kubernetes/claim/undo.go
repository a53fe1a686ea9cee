package claim

import (
	"context"
	"errors"
	"fmt"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// errWritten says that a claim was another one each time that it should have been removed.
var errWritten = errors.New("others keep writing to its claim")

// Undo takes every step of a claim back and removes it. Steps on nodes need UndoNode:
// without it, the claim is kept for whoever can reach them.
//
// What was read may be old, and a hunt may add steps while the others are undone. So the
// claim is removed only as it was read; where it is another by then, that one is undone.
func (s Store) Undo(ctx context.Context, h Held) error {
	if h.Broken != nil {
		return h.Broken
	}
	for range tries {
		err := errors.Join(s.undoSteps(ctx, h.Claim), s.undoNodes(ctx, h.Claim), s.undoPods(ctx, h))
		gone := false
		if err == nil {
			h, gone, err = s.removeAsRead(ctx, h)
		}
		if err != nil {
			return fmt.Errorf("undo %s of run %s: %w", h.Claim.Address, h.Claim.Run, err)
		}
		if gone {
			return nil
		}
	}
	return fmt.Errorf("undo %s of run %s: %w", h.Claim.Address, h.Claim.Run, errWritten)
}

// removeAsRead removes a claim, unless somebody has written to it since it was read: then it
// is what it has become. It is gone also where another fault's stands in its place.
func (s Store) removeAsRead(ctx context.Context, h Held) (now Held, gone bool, err error) {
	path := Path(h.Namespace, h.Claim.ID)
	found, at, err := s.API.GetAt(ctx, path)
	if err != nil {
		return h, undo.IsNotFound(err), ignore(err, undo.IsNotFound)
	}
	now = read(found)
	now.Read = at
	switch {
	case now.Broken != nil:
		return h, false, now.Broken // what it holds by now can't be told
	case now.Claim.ID != h.Claim.ID:
		return h, true, nil
	case now.revision != h.revision:
		return now, false, nil
	}
	if err = s.API.DeleteVersion(ctx, path, now.revision); err != nil {
		return now, false, ignore(err, undo.IsConflict)
	}
	state, err := s.API.State(ctx, h.Claim.ID, undo.Step{Kind: undo.Remove, Path: path})
	if err == nil && state == undo.Present {
		err = fmt.Errorf("delete %s: %w, kept by a finalizer that gameday did not set", path, undo.ErrKept)
	}
	return now, true, err
}

// ignore leaves out an error that is none here.
func ignore(err error, is func(error) bool) error {
	if is(err) {
		return nil
	}
	return err
}

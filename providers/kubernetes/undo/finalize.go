package undo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// keptLook is how often somebody looks whether deleted objects are gone.
const keptLook = 100 * time.Millisecond

// ErrKept says that an object has been deleted and is still there, as its finalizers are. Whoever set one has something to do
// first, and that is part of the undo: an operator takes back what the object had asked for. Nobody else may take it off:
// the object would be gone, and what it had asked for would stay.
var ErrKept = errors.New("it has been deleted and is still there")

// UndoAll takes steps back in reverse, changes to different objects that follow each other at once, and goes on where
// one fails. Objects that are kept are all deleted before any is waited for, as long as a's patience lasts.
func (a API) UndoAll(ctx context.Context, id string, steps []Step) error {
	until := time.Now().Add(a.Patience)
	var failed error
	for {
		var kept []Step
		var waits error
		for n, err := range slices.Backward(a.undoAll(ctx, id, steps)) {
			switch {
			case errors.Is(err, ErrKept):
				kept, waits = append(kept, steps[n]), errors.Join(waits, err)
			default:
				failed = errors.Join(failed, err)
			}
		}
		if len(kept) == 0 || time.Now().After(until) || !pause.For(ctx, keptLook) {
			return errors.Join(failed, waits)
		}
		slices.Reverse(kept)
		steps = kept
	}
}

// left says of an object that was deleted just now why it is still there; nil when it is gone.
func (a API) left(ctx context.Context, id string, step Step) error {
	o, err := a.read(ctx, step.Path)
	switch {
	case IsNotFound(err) || err == nil && o.fault() != id:
		return nil
	case err != nil:
		return err
	case len(o.finalizers()) == 0:
		return nil // its grace period is its own
	}
	return fmt.Errorf("delete %s: %w, kept by %s until that has done its part: see what it says of the object (kubectl describe), and whether its controller runs",
		step.Path, ErrKept, strings.Join(o.finalizers(), ", "))
}

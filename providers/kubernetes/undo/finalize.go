package undo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

const (
	// finalizing is how long one undo waits for those who keep a deleted object.
	finalizing = 10 * time.Second

	finalizingLook = 100 * time.Millisecond
)

// ErrKept says that an object has been deleted and is still there, as its finalizers are.
var ErrKept = errors.New("it has been deleted and is still there")

// finalized waits until a deleted object is gone. Whoever set a finalizer has something to do first, and that is part of
// the undo: an operator takes back what the object had asked for. Nobody else may take the finalizer off: the object
// would be gone, and what it had asked for would stay.
func (a API) finalized(ctx context.Context, id string, step Step) error {
	until := time.Now().Add(finalizing)
	for {
		o, err := a.read(ctx, step.Path)
		if IsNotFound(err) || err == nil && o.fault() != id {
			return nil
		}
		if err != nil {
			return err
		}
		if time.Now().After(until) || !pause.For(ctx, finalizingLook) {
			return fmt.Errorf("delete %s: %w: it waits for the finalizer %s, and is gone as soon as the controller that set it "+
				"has done its part; see whether that controller runs", step.Path, ErrKept, strings.Join(o.finalizers(), ", "))
		}
	}
}

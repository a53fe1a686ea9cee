package undo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

const (
	attempts  = 12 // when others write to the same object; some 4 s in all
	firstWait = 10 * time.Millisecond
	mostWait  = time.Second
)

// errUnchanged says that the object is the same as it was before a patch was
// refused: nobody was in the way, the server does not take it.
var errUnchanged = errors.New("nobody else wrote to the object meanwhile")

// errBusy says that a patch was never tried on the object as it was by then.
var errBusy = errors.New("others kept changing the object")

// fresh fails when the object is the one that the last attempt saw.
func (o object) fresh(seen *string) error {
	version := o.version()
	if version != "" && version == *seen {
		return errUnchanged
	}
	*seen = version
	return nil
}

// retry repeats what another writer got in the way of. An attempt is given the
// version of the object that the last one saw.
func retry(ctx context.Context, try func(seen *string) error) error {
	var seen string
	var last error
	wait := firstWait
	for range attempts {
		err := try(&seen)
		switch {
		case errors.Is(err, errUnchanged):
			return last
		case !isConflict(err):
			return err
		}
		last = err
		if !pause.For(ctx, wait) {
			return last
		}
		wait = min(wait*2, mostWait)
	}
	return fmt.Errorf("%w, %d attempts: %w", errBusy, attempts, last)
}

// isConflict reports whether the object may have changed between a read and a
// write: a failed test of a patch is 422, a failed precondition 409.
func isConflict(err error) bool {
	return hasCode(err, http.StatusConflict) || hasCode(err, http.StatusUnprocessableEntity)
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// stuckError is of a call that did not return although its context had ended.
// The engine goes on without it; it may still have an effect until returned is
// closed.
type stuckError struct {
	what   string
	cause  error
	waited time.Duration
	// returned is closed when the call has come back after all.
	returned <-chan struct{}
}

func (e *stuckError) Error() string {
	return fmt.Sprintf("%s: the provider did not return within %s of being told to stop (%v), and was left behind", e.what, e.waited, e.cause)
}

func (e *stuckError) Unwrap() error { return e.cause }

// still reports whether the call has not returned yet.
func (e *stuckError) still() bool {
	select {
	case <-e.returned:
		return false
	default:
		return true
	}
}

func isStuck(err error) bool {
	var stuck *stuckError
	return errors.As(err, &stuck)
}

// call calls a provider and returns with it, or, when ctx has ended, at the
// latest after linger: a provider that hangs must not keep the engine from
// undoing what was injected. A panic becomes an error. What a call that was left
// behind returns is dropped.
func call[T any](ctx context.Context, linger time.Duration, what string, do func(context.Context) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers, returned := make(chan answer, 1), make(chan struct{})
	go func() {
		defer close(returned)
		var a answer
		a.err = guard(what, func() (err error) { a.value, err = do(ctx); return err })
		answers <- a
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(linger)
	defer timer.Stop()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-timer.C:
		var none T
		return none, &stuckError{what, context.Cause(ctx), linger, returned}
	}
}

// ask is a call that reads or prepares: it has callPatience, and its diagnostics
// come back as one error.
func ask[T any](ctx context.Context, what string, do func(context.Context) (T, providers.Diagnostics)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	return call(ctx, callLinger, what, func(ctx context.Context) (T, error) {
		value, diags := do(ctx)
		return value, asError(what, diags)
	})
}

// perform is a call that returns nothing but an error.
func perform(ctx context.Context, linger time.Duration, what string, do func(context.Context) error) error {
	_, err := call(ctx, linger, what, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}

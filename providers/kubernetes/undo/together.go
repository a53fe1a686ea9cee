package undo

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many objects are undone, or looked at, at the same time. Whoever undoes has
// only so long for an attempt, and each begins anew: one by one, it would read what is undone
// already and never reach the rest.
const atOnce = 20

// undoAll takes steps back in reverse, and returns what became of each.
func (a API) undoAll(ctx context.Context, id string, steps []Step) []error {
	errs := make([]error, len(steps))
	for end := len(steps); end > 0; {
		begin := independent(steps[:end])
		var group errgroup.Group // without a context: one that fails must not end the others
		group.SetLimit(atOnce)
		for n, step := range slices.Backward(steps[:end]) {
			if n < begin {
				break
			}
			group.Go(func() error {
				errs[n] = a.undo(ctx, id, step)
				return nil
			})
		}
		_ = group.Wait()
		end = begin
	}
	return errs
}

// independent is where those of the last steps begin that may be undone at once: changes to
// different objects. What adds or copies is undone by itself, as something else may need it
// to be there, or gone.
func independent(steps []Step) int {
	begin := len(steps) - 1
	if steps[begin].Kind != Restore {
		return begin
	}
	met := map[string]bool{steps[begin].Path: true}
	for ; begin > 0; begin-- {
		if next := steps[begin-1]; next.Kind != Restore || met[next.Path] {
			break
		}
		met[steps[begin-1].Path] = true
	}
	return begin
}

// Standing are those of the steps that are done and not undone, in their order.
func (a API) Standing(ctx context.Context, id string, steps []Step) ([]Step, error) {
	states := make([]State, len(steps))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for n, step := range steps {
		group.Go(func() (err error) {
			states[n], err = a.State(ctx, id, step)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []Step
	for n, state := range states {
		if state != Absent {
			out = append(out, steps[n])
		}
	}
	return out, nil
}

//go:build linux

package supervisor

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// claim takes all processes of the fault for itself, or none, before anything is done to
// them, until undo has let go of them. Of two faults that end the same process the revert of the
// one would undo the other, and what the other does would be evidence of the one.
func (e *end) claim() error {
	for _, target := range e.targets {
		p, err := e.owned.named(target.Name)
		if err == nil {
			err = p.claim(e)
		}
		if err != nil {
			e.release()
			return err
		}
	}
	return nil
}

func (e *end) release() {
	for _, target := range e.targets {
		if p, err := e.owned.named(target.Name); err == nil {
			p.release(e)
		}
	}
}

// undo mends every process that the fault has touched, and lets go of all.
func (e *end) undo(ctx context.Context, mend func(context.Context, *ending) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, touched := range e.all() {
		group.Go(func() error { return mend(ctx, touched) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	e.release()
	return nil
}

// claim takes the process for a fault that is to end it.
func (p *process) claim(by *end) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claimed != nil && p.claimed != by {
		return fmt.Errorf("process %s is still that of %s, whose revert starts it again and would undo this fault: "+
			"nothing was done to it; let this fault begin after that one is reverted, by a longer delay of this one or a shorter duration of that one",
			p.spec.Name, p.claimed.name)
	}
	p.claimed = by
	return nil
}

func (p *process) release(by *end) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claimed == by {
		p.claimed = nil
	}
}

package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

const (
	// lastWrite is how long before the deadline the last change is sent: it must have
	// arrived when the reaper begins to undo, which waits half a second more.
	lastWrite = 100 * time.Millisecond

	// claimFor is how long a claim that was seen counts as standing.
	claimFor = time.Second

	// withdrawal is how long the undo of an injection that came too late may take,
	// whatever became of its context.
	withdrawal = 10 * time.Second
)

// errLate says that a fault's time was over, or all but over, before it was in place.
var errLate = errors.New("its deadline has passed or is as good as there, so that nothing of it may be done any more")

func lateError(record providers.Record) error {
	return fmt.Errorf("%s: %w (%s)", record.Address, errLate, record.Deadline.UTC().Format(time.RFC3339))
}

// gate keeps a slow runner from changing what nobody would undo any more. A patch
// of one object can't be made conditional on another, the claim, so there are three
// parts to it. No change is sent close to the deadline or after it, nor when the
// claim was not seen within the last second. When the injection is in place, the claim
// is looked at once more, and if it is gone, the injection undoes itself. And the
// reaper waits a moment at the deadline, undoes, gives free, and looks again. A
// change that was on its way for longer than all of that, from a runner that was
// killed meanwhile, has its undo in its annotation: recover and sweep find it.
type gate struct {
	store claim.Store
	claim claim.Claim

	mu   sync.Mutex
	seen time.Time // when the claim stood
}

func (g *gate) passed(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = at
}

// ask is asked before every change.
func (g *gate) ask(ctx context.Context) error {
	if !time.Now().Add(lastWrite).Before(g.claim.Deadline) {
		return errLate
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.seen) < claimFor {
		return nil
	}
	asked := time.Now()
	if err := g.stands(ctx); err != nil {
		return err
	}
	g.seen = asked
	return nil
}

// errUnclaimed says that somebody else has undone the fault.
var errUnclaimed = errors.New("its claim was removed while it was injected: gameday sweep, gameday recover or the reaper has undone it")

func (g *gate) stands(ctx context.Context) error {
	all, _, err := g.store.Stands(ctx, g.claim)
	if err != nil {
		return fmt.Errorf("look whether its claim stands: %w", err)
	}
	if !all {
		return errUnclaimed
	}
	return nil
}

// gated is the session whose changes pass the gate first. Its pursuits are those of
// the connection: a revert, which has no gate, must find and stop them.
func (s *session) gated(g *gate) *session {
	through := *s.Cluster
	through.API.Gate = g.ask
	return &session{Cluster: &through, pursuits: s.pursuits, residents: s.residents}
}

// confirm looks at the claim once more, when everything is in place.
func (f *fault) confirm(ctx context.Context, s *session, r recorded, record providers.Record, g *gate) error {
	err := g.stands(ctx)
	if err == nil && !time.Now().Before(record.Deadline) {
		err = lateError(record)
	}
	if err == nil || !errors.Is(err, errUnclaimed) && !errors.Is(err, errLate) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawal)
	defer cancel()
	return errors.Join(err, f.provider.revert(ctx, s, r.claim(record)))
}

// pass asks the gate for what is no request to the API server: acts on nodes.
func (s *session) pass(ctx context.Context, what string) error {
	if s.API.Gate == nil {
		return nil
	}
	if err := s.API.Gate(ctx); err != nil {
		return fmt.Errorf("nothing was done to %s: %w", what, err)
	}
	return nil
}

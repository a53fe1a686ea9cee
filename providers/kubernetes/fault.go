package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/schema"
)

// fault makes a providers.Fault of a behavior.
//
// The runner may be killed between any two requests. What there is then, and who
// brings everything back:
//
//   - the reaper is made, wholly or in part: it finds no claim, and goes when its
//     time is over; what was not made wholly carries the run's label, by which
//     Down and sweep find it;
//   - agents wait in pods: they end when nothing comes;
//   - the claim stands, in some or all of its namespaces: each part has its own
//     steps, of which none is done; the reaper, sweep, the next run that wants the
//     targets, and Revert find that and remove the claim;
//   - timers stand beside nodes, some of them through a pod: they fire and find nothing
//     to undo, and who undoes the claim removes the pod;
//   - some steps are done: each is one write that carries its own undo, and each of
//     the same four undoes those that are done and skips the others;
//   - some steps are undone: likewise;
//   - every step is undone and the claim stands in some of its namespaces: likewise.
//
// The other way round, a runner that is slow must not change anything that nobody
// would undo: see gate.
type fault struct {
	behavior
	provider *Provider
}

var (
	_ providers.Fault        = (*fault)(nil)
	_ providers.WithValidate = (*fault)(nil)
	_ providers.WithAccess   = (*fault)(nil)
)

func (f *fault) TypeName() string { return f.typeName() }

func (f *fault) Schema() *schema.Block { return f.schema() }

func (f *fault) Validate(_ context.Context, values schema.Values) providers.Diagnostics {
	return f.validate(values)
}

// Inject puts what would undo it beside the targets, claims them in the cluster,
// and then does it.
func (f *fault) Inject(ctx context.Context, req providers.InjectRequest) error {
	if !time.Now().Before(req.Record.Deadline) {
		return lateError(req.Record)
	}
	s, r, err := f.open(req.Record)
	if err != nil {
		return err
	}
	if err := f.guard(ctx, s, r, req.Record); err != nil {
		return fmt.Errorf("put what undoes it at the deadline beside it: %w", err)
	}
	g := &gate{store: s.claims(), claim: r.claim(req.Record)}
	again, err := g.store.TakeOrFind(ctx, g.claim)
	if err != nil {
		return err
	}
	if f.provider.reverted.has(req.Record.ID) { // after the claim: whoever reverts from now on sees that
		return errors.Join(fmt.Errorf("%s: %w", req.Record.Address, errReverted), g.store.Release(ctx, g.claim))
	}
	g.passed(time.Now())
	if err := timers(ctx, s, r, req.Record); err != nil {
		return err
	}
	defer s.forget() // what was read before is not what there is now
	i := injection{
		session: s.gated(g), config: req.Config, record: req.Record, steps: r.Steps, nodes: r.Nodes, pods: r.Pods, ends: r.Ends.Targets, data: r.Data, seed: r.Seed, again: again,
	}
	hunt, err := f.newHunt(ctx, i)
	if err != nil {
		return err
	}
	if err := f.inject(ctx, i); err != nil {
		return err // what it reached is the engine's to revert
	}
	if err := f.confirm(ctx, s, r, req.Record, g); err != nil {
		return err
	}
	hunt.begin()
	return nil
}

// open reads a record and connects to its cluster.
func (f *fault) open(record providers.Record) (*session, recorded, error) {
	r, err := readRecord(record)
	if err != nil {
		return nil, r, err
	}
	s, err := f.provider.sessions.open(r.Access)
	if err != nil {
		return nil, r, err
	}
	return s, r, nil
}

// Revert undoes every step in reverse and gives the targets free.
func (f *fault) Revert(ctx context.Context, record providers.Record) error {
	f.provider.reverted.add(record.ID)
	s, r, err := f.open(record)
	if err != nil {
		return err
	}
	if err := s.pursuits.stop(ctx, record.ID); err != nil { // first, so that nothing is added to the claim any more
		return err
	}
	c := r.claim(record)
	if !r.Hunts {
		return f.provider.revert(ctx, s, c)
	}
	whole, err := s.claims().Whole(ctx, c)
	if err != nil { // what the record names must not wait for what was added; the claim stays for that
		return errors.Join(err, s.undo(ctx, c))
	}
	return f.provider.revert(ctx, s, whole)
}

// revert is one way for all who revert from this machine: from a record, and from
// a claim.
func (p *Provider) revert(ctx context.Context, s *session, c claim.Claim) error {
	if err := s.undo(ctx, c); err != nil {
		return err // the claim stays, for whoever tries next
	}
	return s.claims().Release(ctx, c)
}

// undo undoes every step of a claim, and goes on where one fails.
func (s *session) undo(ctx context.Context, c claim.Claim) error {
	failed := s.pursuits.stop(ctx, c.ID) // first, so that nothing happens after its undo
	failed = errors.Join(failed, s.API.UndoAll(ctx, c.ID, c.Steps))
	for _, step := range slices.Backward(c.Nodes) {
		failed = errors.Join(failed, undoNode(ctx, s, c.ID, step))
	}
	return errors.Join(failed, s.undoPods(ctx, c.ID, c.Pods, c.Deadline))
}

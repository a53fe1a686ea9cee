package kubernetes

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
)

var _ providers.WithStandby = (*fault)(nil)

// StandBy brings agents into the pods of faults that act there, and the reaper into
// the cluster, which takes a pod its time to start, if the fault will have anything
// for it to undo. What it may act on is said when the fault is injected: only then do
// all steps have their names.
func (f *fault) StandBy(ctx context.Context, req providers.StandbyRequest) error {
	at, known := accessOf(req.Environment)
	if !known || !reaped(at) && !residing(f.behavior) {
		return nil
	}
	s, err := f.provider.sessions.open(at)
	if err != nil {
		return err
	}
	what, err := f.intend(ctx, preparation{session: s, config: req.Config, run: req.Run, address: req.Address, targets: req.Targets})
	if err == nil {
		err = s.standBy(ctx, what.pods, req.For)
	}
	if err != nil || len(what.steps) == 0 || !reaped(at) {
		return err
	}
	record := providers.Record{Run: req.Run, Address: req.Address, Targets: req.Targets}
	return f.provider.reapers.Ensure(ctx, s.Cluster, reaper.Request{
		Run: req.Run, Rules: f.rules(), Namespaces: recorded{}.claim(record).Namespaces(), For: req.For,
	})
}

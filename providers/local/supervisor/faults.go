//go:build linux

package supervisor

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// faults are all faults of the environment, by id.
type faults struct {
	life  context.Context
	log   *slog.Logger
	build func(FaultSpec) (effect, error)

	mu   sync.Mutex
	byID map[string]*fault
}

// inject puts a fault in place; the same id twice is one injection.
func (fs *faults) inject(spec FaultSpec) error {
	f, err := fs.open(spec)
	if err != nil {
		return err
	}
	return f.inject()
}

func (fs *faults) open(spec FaultSpec) (*fault, error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if known := fs.byID[spec.ID]; known != nil {
		return known, nil
	}
	if fs.life.Err() != nil {
		return nil, errEnding
	}
	if !time.Now().Before(spec.Deadline) {
		return nil, errDeadline
	}
	effect, err := fs.build(spec)
	if err != nil {
		return nil, err
	}
	f := newFault(fs.life, spec, effect, fs.log)
	fs.byID[spec.ID] = f
	return f, nil
}

// revert undoes a fault. An id that is not known leaves its trace too: an
// injection of it that is still on its way must not arrive after its revert.
func (fs *faults) revert(ctx context.Context, id string) error {
	fs.mu.Lock()
	f := fs.byID[id]
	if f == nil {
		f = newReverted(fs.life, id, fs.log)
		fs.byID[id] = f
	}
	fs.mu.Unlock()
	return f.revert(ctx, "asked")
}

// revertAll reverts everything at the same time. It returns when all is done, or with
// ctx: what hangs in the kernel must not keep the rest from being ended.
func (fs *faults) revertAll(ctx context.Context) {
	var wait sync.WaitGroup
	for _, f := range fs.all() {
		wait.Go(func() {
			if err := f.revert(ctx, "ending"); err != nil {
				f.log.Error("revert at the end", "error", err)
			}
		})
	}
	done := make(chan struct{})
	go func() { defer close(done); wait.Wait() }()
	select {
	case <-done:
	case <-ctx.Done():
		fs.log.Error("faults are not reverted in time; going on to the end", "error", context.Cause(ctx))
	}
}

func (fs *faults) all() []*fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var all []*fault
	for _, id := range slices.Sorted(maps.Keys(fs.byID)) {
		all = append(all, fs.byID[id])
	}
	return all
}

func (fs *faults) status() []FaultStatus {
	var out []FaultStatus
	for _, f := range fs.all() {
		out = append(out, f.status())
	}
	return out
}

// one is the status of one fault; a fault that was never asked for is no error.
func (fs *faults) one(id string) FaultStatus {
	fs.mu.Lock()
	f := fs.byID[id]
	fs.mu.Unlock()
	if f == nil {
		return FaultStatus{ID: id, Phase: PhaseNone}
	}
	return f.status()
}

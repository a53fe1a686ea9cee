package kubernetes

import (
	"context"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// pursuits are what faults go on doing in this process while they are in place,
// by the fault's id: evicting what a budget still protects, killing what appears.
// They end with the process, so nothing that must be undone is theirs.
type pursuits struct {
	mu  sync.Mutex
	all map[string]*pursuit
}

type pursuit struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

// start goes on until do returns, the deadline has passed or stop is called. The
// same id twice is one.
func (p *pursuits) start(id string, deadline time.Time, do func(ctx context.Context)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[id] != nil {
		return
	}
	if p.all == nil {
		p.all = map[string]*pursuit{}
	}
	// Not the context of the injection, which ends when that returns.
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	made := &pursuit{cancel: cancel, ended: make(chan struct{})}
	p.all[id] = made
	go func() {
		defer close(made.ended)
		defer cancel()
		do(ctx)
	}()
}

// stop ends a pursuit and returns when it is over: nothing more happens then.
func (p *pursuits) stop(ctx context.Context, id string) error {
	p.mu.Lock()
	found := p.all[id]
	delete(p.all, id)
	p.mu.Unlock()
	if found == nil {
		return nil
	}
	found.cancel()
	select {
	case <-found.ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// claimed reports whether the fault's claim stands: without it, whoever removed it,
// a pursuit is over.
func (i injection) claimed(ctx context.Context) (bool, error) {
	namespace := claim.ClusterNamespace
	if of := namespacesOf(i.record.Targets, nil); len(of) > 0 {
		namespace = of[0]
	}
	state, err := i.session.API.State(ctx, i.record.ID, undo.Step{Kind: undo.Remove, Path: claim.Path(namespace, i.record.ID)})
	return state == undo.Present, err
}

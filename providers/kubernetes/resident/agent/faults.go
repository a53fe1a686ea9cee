package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// faults are those of one agent, by id.
type faults struct {
	engines map[string]Engine
	changed chan struct{} // of one: something began or ended

	draining atomic.Int64 // of those that have ended, how many still serve somebody

	mu      sync.Mutex
	all     map[string]*entry
	until   time.Time // a fault may come until then
	leaving bool      // none is taken any more
}

// entry is one fault. It stays when it has ended, so that an injection that was
// under way when its revert came does not put it back.
type entry struct {
	mu       sync.Mutex    // held while it is put in place or taken away
	running  Running       // nil before and after
	gone     chan struct{} // closed when it was reverted
	deadline time.Time
	ended    bool
	why      string // why it ended by itself
}

func newFaults(engines map[string]Engine) *faults {
	return &faults{engines: engines, changed: make(chan struct{}, 1), all: map[string]*entry{}}
}

// of finds the entry of a fault, or makes it.
func (f *faults) of(id string) *entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all[id] == nil {
		f.all[id] = &entry{}
	}
	return f.all[id]
}

// errEnded says that a fault was reverted, or its time was over, before it was asked
// for.
var errEnded = errors.New("the fault has ended already and is not put in place again")

// errLate says that a fault was asked for when its time was over.
var errLate = errors.New("the fault's deadline passed before it was asked for")

// inject puts a fault in place, once.
func (f *faults) inject(ctx context.Context, id string, asked wire.Fault) error {
	engine, known := f.engines[asked.Engine]
	if !known {
		return fmt.Errorf("this agent has no engine %q, but %s: use the gameday and the agent of one release", asked.Engine, slices.Sorted(maps.Keys(f.engines)))
	}
	if err := f.stay(linger); err != nil {
		return err
	}
	deadline := asked.Until(time.Now())
	e := f.of(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.ended:
		return errEnded
	case !time.Now().Before(deadline):
		return errLate
	case e.running != nil:
		return nil
	}
	running, err := engine.Start(ctx, id, deadline, asked.Spec)
	if err != nil {
		return err
	}
	e.running, e.deadline, e.gone = running, deadline, make(chan struct{})
	go f.watch(e, running)
	f.stir()
	return nil
}

// watch ends a fault at its deadline, or notes that its engine gave up.
func (f *faults) watch(e *entry, running Running) {
	timer := time.NewTimer(time.Until(e.deadline))
	defer timer.Stop()
	why := "its deadline has passed"
	select {
	case <-e.gone:
		return
	case <-timer.C:
	case <-running.Failed():
		if err := running.Why(); err != nil {
			why = err.Error()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running != running {
		return // it was reverted
	}
	if err := running.Close(); err != nil {
		why += "; " + err.Error()
	}
	f.drain(running)
	e.running, e.ended, e.why = nil, true, why
	f.stir()
}

// mostDrain bounds how long the agent stays for what was begun during a fault.
const mostDrain = 5 * time.Minute

// drain keeps the agent while what has been closed still serves somebody.
func (f *faults) drain(closed Running) {
	d, is := closed.(Draining)
	if !is {
		return
	}
	f.draining.Add(1)
	timer := time.NewTimer(mostDrain)
	go func() {
		defer timer.Stop()
		select {
		case <-d.Drained():
		case <-timer.C:
		}
		f.draining.Add(-1)
		f.stir()
	}()
}

// revert ends a fault; what this process does not know of, a process before it may
// have left.
func (f *faults) revert(id string) error {
	e := f.of(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	defer f.stir()
	if e.running != nil {
		if err := e.running.Close(); err != nil {
			return err // it is still there for the next try
		}
		f.drain(e.running)
		e.running = nil
		close(e.gone)
	}
	e.ended = true
	var failed error
	for _, engine := range f.engines {
		_, err := engine.Clean(id, false)
		failed = errors.Join(failed, err)
	}
	return failed
}

// status says how a fault stands.
func (f *faults) status(id string) (wire.Reply, error) {
	e := f.of(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running != nil {
		return standing(e.running), nil
	}
	for name, engine := range f.engines {
		found, err := engine.Clean(id, true)
		if err != nil {
			return wire.Reply{}, err
		}
		if found {
			return wire.Reply{State: wire.Left, Detail: "the agent that put it there is gone; what it left (" + name + ") ends at its deadline"}, nil
		}
	}
	return wire.Reply{State: wire.Absent, Detail: e.why}, nil
}

// standing says how a fault that is in place stands. What is there in part only is no
// evidence of the whole.
func standing(running Running) wire.Reply {
	if w, is := running.(Waning); is {
		if missing := w.Missing(); missing != "" {
			return wire.Reply{State: wire.Partial, Detail: missing}
		}
	}
	return wire.Reply{State: wire.Active, Facts: running.Facts()}
}

// active counts the faults in place.
func (f *faults) active() int {
	f.mu.Lock()
	entries := slices.Collect(maps.Values(f.all))
	f.mu.Unlock()
	n := 0
	for _, e := range entries {
		e.mu.Lock()
		if e.running != nil {
			n++
		}
		e.mu.Unlock()
	}
	return n
}

// closeAll ends every fault.
func (f *faults) closeAll() error {
	f.mu.Lock()
	ids := slices.Sorted(maps.Keys(f.all))
	f.mu.Unlock()
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, f.revert(id))
	}
	return failed
}

func (f *faults) stir() {
	select {
	case f.changed <- struct{}{}:
	default: // it is known already
	}
}

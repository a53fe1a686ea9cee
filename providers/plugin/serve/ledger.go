package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// ledger is the account of what is in place because of this process. It ends each fault at its
// deadline, and all of them when gameday is gone.
type ledger struct {
	revert func(context.Context, providers.Record) error
	down   func(context.Context, providers.EnvironmentHandle) error

	mu      sync.Mutex
	faults  map[string]*entry
	places  []providers.EnvironmentHandle
	closing bool
}

// entry is a fault that was injected or reverted here. It stays when it has been undone, so that an injection that was on
// its way for long finds it.
type entry struct {
	turn   chan struct{} // holds one element during a call: one at a time for each fault
	record providers.Record
	undone bool
	timer  *time.Timer // of the deadline; nil when nothing is in place
}

func newLedger(revert func(context.Context, providers.Record) error, down func(context.Context, providers.EnvironmentHandle) error) *ledger {
	return &ledger{revert: revert, down: down, faults: map[string]*entry{}}
}

var (
	errUndone  = errors.New("the fault has been reverted already and is not put in place again")
	errLate    = errors.New("the deadline has passed: nothing is injected after it")
	errClosing = errors.New("gameday is gone: nothing is injected any more")
)

// inject notes a fault before it is put in place.
func (l *ledger) inject(ctx context.Context, record providers.Record, run func() error) error {
	e, err := l.entry(record)
	if err != nil {
		return err
	}
	if err := e.take(ctx); err != nil {
		return err
	}
	defer e.give()
	switch {
	case e.undone:
		return errUndone
	case !time.Now().Before(record.Deadline):
		return errLate
	case e.timer == nil:
		e.timer = time.AfterFunc(time.Until(record.Deadline), func() { l.expire(e) })
	}
	return run()
}

// take waits for the call before this one.
func (e *entry) take(ctx context.Context) error {
	select {
	case e.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("an earlier call for this fault has not returned: %w", ctx.Err())
	}
}

func (e *entry) give() { <-e.turn }

func (l *ledger) entry(record providers.Record) (*entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return nil, errClosing
	}
	e, known := l.faults[record.ID]
	if !known {
		e = &entry{turn: make(chan struct{}, 1), record: record}
		l.faults[record.ID] = e
	}
	return e, nil
}

// undo reverts a fault, whoever injected it.
func (l *ledger) undo(ctx context.Context, record providers.Record) error {
	e, err := l.entry(record)
	if errors.Is(err, errClosing) {
		return l.revert(ctx, record)
	}
	if err := e.take(ctx); err != nil {
		return err
	}
	defer e.give()
	e.undone = true // also when it fails: who asked once wants no injection any more
	if err := l.revert(ctx, record); err != nil {
		return err
	}
	e.settle()
	return nil
}

// settle notes that nothing is in place any more.
func (e *entry) settle() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

// expire ends a fault at its deadline. What stands beside the fault has done so by then, or will; this is one
// line more.
func (l *ledger) expire(e *entry) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = l.undo(ctx, e.record)
}

// patience bounds what is undone without anybody asking.
const patience = time.Minute

// up notes an environment that ends with gameday.
func (l *ledger) up(handle providers.EnvironmentHandle) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places = append(l.places, handle)
}

// left notes that an environment has ended.
func (l *ledger) left(handle providers.EnvironmentHandle) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places = slices.DeleteFunc(l.places, func(other providers.EnvironmentHandle) bool {
		return other.Run == handle.Run && other.Address == handle.Address
	})
}

// close undoes all that is in place: first faults, each for itself, then the places that they are in. For good,
// nothing is put in place any more.
func (l *ledger) close(forGood bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	faults, places := l.stop(forGood)
	var mu sync.Mutex
	var errs []error
	each(faults, func(e *entry) {
		if err := l.abandon(ctx, e); err != nil {
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, fmt.Errorf("revert %s: %w", e.record.Address, err))
		}
	})
	for _, place := range places {
		if err := l.down(ctx, place); err != nil {
			errs = append(errs, fmt.Errorf("end %s: %w", place.Address, err))
		}
	}
	return errors.Join(errs...)
}

// abandon undoes a fault that is in place.
func (l *ledger) abandon(ctx context.Context, e *entry) error {
	if err := e.take(ctx); err != nil {
		return err
	}
	defer e.give()
	if e.timer == nil {
		return nil
	}
	e.undone = true
	if err := l.revert(ctx, e.record); err != nil {
		return err
	}
	e.settle()
	return nil
}

func (l *ledger) stop(forGood bool) ([]*entry, []providers.EnvironmentHandle) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = forGood
	var faults []*entry
	for _, e := range l.faults {
		faults = append(faults, e)
	}
	places := l.places
	l.places = nil
	return faults, places
}

// each runs a function for all elements at the same time.
func each[T any](list []T, run func(T)) {
	var running sync.WaitGroup
	for _, element := range list {
		running.Go(func() { run(element) })
	}
	running.Wait()
}

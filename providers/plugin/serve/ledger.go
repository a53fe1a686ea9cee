package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/wallclock"
)

// ledger is the account of what is in place because of this process. It ends each fault at its
// deadline, and all of them when gameday is gone.
type ledger struct {
	revert func(context.Context, providers.Record) error
	down   func(context.Context, providers.EnvironmentHandle) error
	log    *slog.Logger

	mu      sync.Mutex
	faults  map[string]*entry
	places  []*place
	closing bool
	over    chan struct{} // closed when closing is set
}

// entry is a fault that was injected or reverted here. It stays when it has been undone, so that an injection that was on
// its way for long finds it.
type entry struct {
	turn   chan struct{} // holds one element during a call: one at a time for each fault
	record providers.Record
	undone atomic.Bool // somebody wants it no more
	doubt  atomic.Bool // it is not known to be in place: its injection failed, or was another process's

	mu    sync.Mutex
	timer *wallclock.Timer // of the deadline; nil when nothing is to end then
	owed  bool             // somebody has asked for an undo, which has not worked yet
}

// place is an environment that ends with gameday.
type place struct {
	handle providers.EnvironmentHandle
	risen  chan struct{} // closed when nobody brings it up any more
}

func newLedger(revert func(context.Context, providers.Record) error, down func(context.Context, providers.EnvironmentHandle) error, log *slog.Logger) *ledger {
	return &ledger{revert: safely(revert), down: safely(down), log: log, faults: map[string]*entry{}, over: make(chan struct{})}
}

// safely makes a panic an error: what else is in place is to be undone, too.
func safely[T any](do func(context.Context, T) error) func(context.Context, T) error {
	return func(ctx context.Context, of T) (err error) {
		defer func() {
			if broken := recover(); broken != nil {
				err = fmt.Errorf("the provider panicked: %v\n%s", broken, debug.Stack())
			}
		}()
		return do(ctx, of)
	}
}

var (
	errUndone  = errors.New("the fault has been reverted already and is not put in place again")
	errLate    = errors.New("the deadline has passed: nothing is injected after it")
	errClosing = errors.New("gameday is gone: nothing is injected any more")
)

const (
	patience = time.Minute            // with what is undone without anybody asking
	courtesy = 3 * time.Second        // with an injection that has not returned, before it is reverted all the same, and with a revert that fails at once
	pause    = 200 * time.Millisecond // between two attempts
	rest     = 10 * time.Second       // the same, after many
)

// inject notes a fault before it is put in place. One that somebody wanted to be undone meanwhile is undone after all.
func (l *ledger) inject(ctx context.Context, record providers.Record, run func() error) error {
	e, err := l.entry(record, func(*entry) {})
	if err != nil {
		return err
	}
	if !e.take(ctx) {
		return fmt.Errorf("an earlier call for this fault has not returned: %w", ctx.Err())
	}
	defer e.give()
	if err := l.admit(e); err != nil {
		return err
	}
	err = run()
	e.doubt.Store(err != nil)
	if !e.undone.Load() && time.Now().Before(record.Deadline) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return errors.Join(errUndone, l.again(ctx, patience, "revert "+record.Address, func(ctx context.Context) error { return l.revert(ctx, record) }))
}

// admit begins the time of a fault, unless nobody wants it any more. It looks again after that: who closes and does not
// see the time of a fault does not wait for its injection.
func (l *ledger) admit(e *entry) error {
	switch {
	case e.undone.Load():
		return errUndone
	case !time.Now().Before(e.record.Deadline):
		return errLate
	}
	begun := e.begin(func() { l.expire(e) })
	if !e.undone.Load() {
		return nil
	}
	if begun {
		e.withdraw()
	}
	return errUndone
}

// entry finds the entry of a fault, or makes it, and has something noted in it before anybody closes.
func (l *ledger) entry(record providers.Record, note func(*entry)) (*entry, error) {
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
	note(e)
	return e, nil
}

// take waits for the call before this one, and reports whether it has returned.
func (e *entry) take(ctx context.Context) bool {
	select {
	case e.turn <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (e *entry) give() { <-e.turn }

// begin starts the time of a fault, and reports whether it had not begun.
func (e *entry) begin(expire func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.start(expire)
}

func (e *entry) start(expire func()) bool {
	if e.timer != nil {
		return false
	}
	e.timer = wallclock.AfterFunc(e.record.Deadline, expire)
	return true
}

// owe notes that a fault is to be undone, whoever has put it in place. By its deadline it is, where that is ahead: whoever
// asked may give up, or be killed.
func (e *entry) owe(expire func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.owed = true
	if e.timer == nil {
		e.doubt.Store(true)
	}
	if time.Now().Before(e.record.Deadline) {
		e.start(expire)
	}
}

// withdraw notes that what has begun was not put in place. What is owed stays so.
func (e *entry) withdraw() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.owed {
		e.stop()
	}
}

// settle notes that nothing is in place any more.
func (e *entry) settle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.owed = false
	e.stop()
}

func (e *entry) stop() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

// open reports whether something is in place, or may be.
func (e *entry) open() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.timer != nil || e.owed
}

// up notes an environment that ends with gameday. Whoever brings it up says when that is over.
func (l *ledger) up(handle providers.EnvironmentHandle) (risen func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return nil, errClosing
	}
	p := &place{handle, make(chan struct{})}
	l.places = append(l.places, p)
	return func() { close(p.risen) }, nil
}

// left notes that an environment has ended.
func (l *ledger) left(handle providers.EnvironmentHandle) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places = slices.DeleteFunc(l.places, func(other *place) bool {
		return other.handle.Run == handle.Run && other.handle.Address == handle.Address
	})
}

// close undoes all that is in place: first faults, then the places that they are in. For good, nothing is put in
// place any more.
func (l *ledger) close(forGood bool) error {
	faults, places := l.stop(forGood)
	return errors.Join(each(faults, l.abandon), each(places, l.leave))
}

// abandon undoes a fault that is in place, or may be, or may be soon.
func (l *ledger) abandon(ctx context.Context, e *entry) error {
	e.undone.Store(true)
	if !e.open() {
		return nil
	}
	within := patience
	if e.doubt.Load() { // a record that cannot be read, say: nothing comes of trying for long. But half of it may be there, and be slow to go
		within = courtesy
	}
	return l.again(ctx, within, "revert "+e.record.Address, func(ctx context.Context) error { return l.end(ctx, e, e.record) })
}

// leave ends an environment. What brings it up has been told to stop, and is waited for a while.
func (l *ledger) leave(ctx context.Context, p *place) error {
	timer := time.NewTimer(courtesy)
	defer timer.Stop()
	select {
	case <-p.risen:
	case <-timer.C:
	}
	return l.again(ctx, patience, "end "+p.handle.Address, func(ctx context.Context) error { return l.down(ctx, p.handle) })
}

func (l *ledger) stop(forGood bool) ([]*entry, []*place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if forGood && !l.closing {
		l.closing = true
		close(l.over)
	}
	places := l.places
	l.places = nil
	return slices.Collect(maps.Values(l.faults)), places
}

// each runs a function for all elements at the same time, each with its patience.
func each[T any](list []T, run func(context.Context, T) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	errs := make([]error, len(list))
	var running sync.WaitGroup
	for i, element := range list {
		running.Go(func() { errs[i] = run(ctx, element) })
	}
	running.Wait()
	return errors.Join(errs...)
}

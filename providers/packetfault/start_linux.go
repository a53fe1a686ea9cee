package packetfault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// Running is a fault that is in place.
type Running struct {
	spec   Spec
	table  *firewall.Table
	engine *engine // nil for a partition
	timer  *time.Timer
	group  sync.WaitGroup

	once     sync.Once
	closeErr error

	failed chan struct{} // closed when the fault gave up

	mu      sync.Mutex
	failure error
	final   firewall.Counters // once the table is gone
	lifted  bool
}

// Start puts a fault in place, in the network namespace of the calling thread, and returns
// when it is. It needs CAP_NET_ADMIN, and CAP_NET_RAW to duplicate. It ends by itself at the deadline; the
// context only bounds Start itself.
func Start(ctx context.Context, s Spec) (*Running, error) {
	if err := errors.Join(s.Validate(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("start packet fault %q: %w", s.ID, err)
	}
	r := &Running{spec: s, failed: make(chan struct{})}
	verdict := firewall.Drop()
	if !s.Partition {
		var err error
		if verdict, err = r.prepare(); err != nil {
			return nil, fmt.Errorf("start packet fault %q: %w", s.ID, err)
		}
	}
	table, err := firewall.Install(firewall.Spec{ID: s.ID, Scope: s.Scope, Verdict: verdict, Deadline: s.Deadline})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start packet fault %q: %w", s.ID, err), r.engine.close())
	}
	r.table = table
	r.run()
	return r, nil
}

// prepare binds queues before any rule leads to them.
func (r *Running) prepare() (firewall.Verdict, error) {
	s := r.spec
	e := &engine{
		held: held{room: s.room()}, began: time.Now(), in: newDecider(s, 0), out: newDecider(s, 1),
		bits: rand.New(rand.NewPCG(s.Seed, sourceBit)),
	}
	verdict, err := e.open(s)
	if err != nil {
		return verdict, errors.Join(err, e.close())
	}
	r.engine = e
	return verdict, nil
}

func (e *engine) open(s Spec) (verdict firewall.Verdict, err error) {
	if e.alarm, err = newAlarm(); err != nil {
		return verdict, err
	}
	if s.Duplicate != nil {
		if e.copies, err = newCopies(); err != nil {
			return verdict, err
		}
	}
	return e.openQueues(s)
}

// run starts what works while the fault is in place.
func (r *Running) run() {
	if r.engine != nil {
		for _, queue := range r.engine.queues {
			r.group.Go(func() { r.fail(r.engine.receive(queue)) })
		}
		r.group.Go(func() { r.fail(r.engine.release()) })
	}
	r.mu.Lock() // the deadline may come before the assignment
	defer r.mu.Unlock()
	r.timer = time.AfterFunc(time.Until(r.spec.Deadline), func() { _ = r.Close() })
}

// fail opens: without an effect of the table, packets pass. The goroutine that found out must not wait for itself.
func (r *Running) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lifted || r.failure != nil {
		return
	}
	r.final, _ = r.table.Counters()
	r.failure = errors.Join(err, r.table.Disarm(), r.engine.flush())
	r.lifted = true
	close(r.failed)
}

// Failed is closed when the fault gives up before its deadline; Err says why. Traffic
// passes then.
func (r *Running) Failed() <-chan struct{} { return r.failed }

// Err is why the fault gave up; nil while it has not.
func (r *Running) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure
}

// Update replaces the peers of the scope, as firewall.Table.Update.
func (r *Running) Update(peers []netip.Prefix) error { return r.table.Update(peers) }

// Stats reads the counters.
func (r *Running) Stats() Stats {
	var stats Stats
	if r.engine != nil {
		stats = r.engine.snapshot()
	}
	stats.Mechanism = r.spec.Mechanism()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure != nil {
		stats.Error = r.failure.Error()
	}
	stats.Matched = r.final
	if !r.lifted {
		stats.Matched, _ = r.table.Counters()
	}
	if r.engine == nil {
		total := stats.Matched.Total()
		stats.Seen, stats.Bytes, stats.Dropped = total.Packets, total.Bytes, total.Packets
	}
	return stats
}

// Close ends the fault: no more packets are taken, and those that are held go. The error is that
// of the undo, the same each time. Beside other faults that still run the table stays, without effect,
// since to remove it would lose what they hold (firewall.Table.Tidy); firewall.Sweep removes it later.
func (r *Running) Close() error {
	r.once.Do(func() { r.closeErr = r.end() })
	return r.closeErr
}

func (r *Running) end() error {
	r.mu.Lock()
	r.timer.Stop()
	failed := r.failure != nil
	var err error
	if !failed {
		err = r.table.Disarm()
	}
	if !r.lifted {
		r.final, _ = r.table.Counters()
	}
	r.lifted = true
	r.mu.Unlock()
	if r.engine != nil {
		err = errors.Join(err, ignoreIf(failed, r.engine.flush()), r.engine.close())
		r.group.Wait()
	}
	return errors.Join(err, firewall.Tidy())
}

// ignoreIf drops an error that follows from one that is known already.
func ignoreIf(known bool, err error) error {
	if known {
		return nil
	}
	return err
}

func (e *engine) close() error {
	if e == nil {
		return nil
	}
	errs := []error{e.freed.Close(), e.alarm.close(), e.copies.close()}
	for _, queue := range e.queues {
		errs = append(errs, queue.Close())
	}
	return errors.Join(errs...)
}

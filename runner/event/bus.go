package event

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// stall is how long Close waits for a sink that takes nothing any more. It fits
// between the signals that a cancelled CI job gets.
const stall = 5 * time.Second

// backlog is how many events may wait for a slow sink before snapshots
// (Progress) are left out for it. Everything else waits, however long the queue.
const backlog = 1024

// Bus numbers and stamps events and delivers them to every sink, in order. Each
// sink has its own goroutine and queue, so that a sink that blocks or panics
// harms neither the run nor the other sinks.
type Bus struct {
	run string
	now func() time.Time

	mu      sync.Mutex
	seq     uint64
	closed  bool
	workers []*worker
}

// NewBus starts a bus for one run. Close must be called to end it.
func NewBus(run string, now func() time.Time, sinks ...Sink) *Bus {
	bus := &Bus{run: run, now: now}
	for _, sink := range sinks {
		bus.workers = append(bus.workers, newWorker(bus, sink))
	}
	for _, w := range bus.workers {
		go w.loop()
	}
	return bus
}

// ContinueBus starts a bus that goes on with a run's stream after the event of
// that number, for what is done about a run whose process is gone.
func ContinueBus(run string, after uint64, now func() time.Time, sinks ...Sink) *Bus {
	bus := NewBus(run, now, sinks...)
	bus.mu.Lock()
	defer bus.mu.Unlock()
	bus.seq = after
	return bus
}

// Emit tells every sink what happened. It is safe for use from many goroutines
// and does not wait for the sinks. After Close it does nothing.
func (b *Bus) Emit(body Body) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.deliver(body)
	}
}

// deliver needs b.mu, so that the order of numbers is that of the queues.
func (b *Bus) deliver(body Body) {
	b.seq++
	e := Event{Seq: b.seq, Time: b.now().UTC(), Run: b.run, Body: body}
	for _, w := range b.workers {
		w.put(e)
	}
}

// Close waits until every sink has taken every event, and returns an error that
// names the sinks that panicked or that took nothing for 5 s.
func (b *Bus) Close() error {
	b.mu.Lock()
	b.closed = true
	for _, w := range b.workers {
		w.more.Signal()
	}
	b.mu.Unlock()
	var errs []error
	for _, w := range b.workers {
		errs = append(errs, w.wait())
	}
	return errors.Join(errs...)
}

// Holds reports whether a sink, by its place among those that the bus was made with, still has an event in hand. After
// Close that is one that was left behind: nobody else may touch it any more.
func (b *Bus) Holds(sink int) bool {
	select {
	case <-b.workers[sink].done:
		return false
	default:
		return true
	}
}

// worker feeds one sink. Its fields are guarded by the bus's lock.
type worker struct {
	bus     *Bus
	sink    Sink
	more    *sync.Cond
	queue   []Event
	taken   uint64 // events that the sink has finished
	dropped error
	done    chan struct{}
}

func newWorker(bus *Bus, sink Sink) *worker {
	return &worker{bus: bus, sink: sink, more: sync.NewCond(&bus.mu), done: make(chan struct{})}
}

func (w *worker) put(e Event) {
	if _, snapshot := e.Body.(Progress); w.dropped != nil || snapshot && len(w.queue) >= backlog {
		return
	}
	w.queue = append(w.queue, e)
	w.more.Signal()
}

func (w *worker) loop() {
	defer close(w.done)
	for {
		e, ok := w.take()
		if !ok {
			return
		}
		if err := w.feed(e); err != nil {
			w.drop(err)
			return
		}
	}
}

// take waits for an event; false when the bus is closed and nothing is left.
func (w *worker) take() (Event, bool) {
	w.bus.mu.Lock()
	defer w.bus.mu.Unlock()
	for len(w.queue) == 0 {
		if w.bus.closed {
			return Event{}, false
		}
		w.more.Wait()
	}
	e := w.queue[0]
	w.queue = w.queue[1:]
	return e, true
}

func (w *worker) feed(e Event) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the report %T panicked at event %d (%s) and was dropped: %v", w.sink, e.Seq, e.Body.Kind(), cause)
		}
	}()
	w.sink.Emit(e)
	w.bus.mu.Lock()
	w.taken++
	w.bus.mu.Unlock()
	return nil
}

// drop takes the sink out and tells the others, also while the bus is closing.
func (w *worker) drop(err error) {
	w.bus.mu.Lock()
	defer w.bus.mu.Unlock()
	w.dropped, w.queue = err, nil
	w.bus.deliver(Notice{Text: err.Error()})
}

// wait returns when the worker has ended, or when it takes nothing any more.
func (w *worker) wait() error {
	for before := w.progress(); ; {
		select {
		case <-w.done:
			return w.dropped
		case <-time.After(stall):
		}
		now := w.progress()
		if now == before {
			return fmt.Errorf("the report %T took nothing for %s and was left behind", w.sink, stall)
		}
		before = now
	}
}

func (w *worker) progress() uint64 {
	w.bus.mu.Lock()
	defer w.bus.mu.Unlock()
	return w.taken
}

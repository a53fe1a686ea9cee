package sample

import (
	"context"
	"fmt"
	"time"
)

// flights is what a series still waits for.
type flights struct {
	due       []time.Time // of what is outstanding; the oldest tends to be first
	scheduled bool        // somebody keeps a schedule: next is meaningful
	next      time.Time   // everything due before is in due, or has landed
	changed   chan struct{}
}

// launch notes that a point is due, and when the next one will be.
func (f *flights) launch(due, next time.Time) {
	f.due = append(f.due, due)
	f.await(next)
}

func (f *flights) await(next time.Time) {
	f.scheduled, f.next = true, next
	f.wake()
}

// land notes that a point is no longer outstanding. A point that nobody
// launched is no error: series can be fed by hand.
func (f *flights) land(due time.Time) {
	for i := range f.due {
		if f.due[i].Equal(due) {
			f.due = append(f.due[:i], f.due[i+1:]...)
			break
		}
	}
	f.wake()
}

// finish notes that nothing more will be launched.
func (f *flights) finish() {
	f.scheduled = false
	f.wake()
}

// outstanding counts the points due before a moment that are not there yet,
// one for those that should have been launched and were not.
func (f *flights) outstanding(before time.Time) int {
	n := 0
	if f.scheduled && f.next.Before(before) {
		n++
	}
	for _, due := range f.due {
		if due.Before(before) {
			n++
		}
	}
	return n
}

func (f *flights) wake() {
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// wait is closed at the next change.
func (f *flights) wait() <-chan struct{} {
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.changed
}

// InFlight is how many samples have been sent, or are about to be, and have not
// been recorded.
func (s *Series) InFlight() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.flights.due)
}

// Settle waits until no point due before that moment is outstanding, so that a
// window that ends there is complete. A moment in the future waits for the
// schedule to pass it. The error is the context's, with what is outstanding.
func (s *Series) Settle(ctx context.Context, before time.Time) error {
	for {
		left, changed := s.unsettled(before)
		if left == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %d samples of %s: %w", left, s.name, context.Cause(ctx))
		}
	}
}

func (s *Series) unsettled(before time.Time) (int, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.flights.outstanding(before)
	if left == 0 {
		return 0, nil
	}
	return left, s.flights.wait()
}

// launch, forget, await and finish are the schedule's side of Settle.
func (s *Series) launch(due, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flights.launch(due, next)
}

func (s *Series) forget(due time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flights.land(due)
}

func (s *Series) await(next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flights.await(next)
}

func (s *Series) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flights.finish()
}

// Horizon is the moment up to which the series is whole: everything due before
// it has been recorded, as far as its schedule tells. It is never after now.
func (s *Series) Horizon(now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flights.horizon(now)
}

func (f *flights) horizon(now time.Time) time.Time {
	if f.scheduled && f.next.Before(now) {
		now = f.next
	}
	for _, due := range f.due {
		if due.Before(now) {
			now = due
		}
	}
	return now
}

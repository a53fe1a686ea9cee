// Package wallclock waits for moments of the wall clock, as deadlines are that others
// have agreed on. A timer of package time does not: it counts what the kernel's
// monotonic clock does, which stands still while the machine is suspended and knows
// nothing of a clock that is set forward.
package wallclock

import (
	"sync"
	"time"
)

// interval is how often the clock is looked at.
const interval = time.Second

// Timer is a function that waits to be called.
type Timer struct {
	deadline time.Time
	latest   time.Time // of the monotonic clock: a wall clock that is set back makes nothing later
	now      func() time.Time
	call     func()

	mu    sync.Mutex
	timer *time.Timer // nil once stopped or over
}

// AfterFunc calls a function on a goroutine of its own when the wall clock has come to the
// deadline, at most a second late, or when as much time as is left now has passed.
func AfterFunc(deadline time.Time, call func()) *Timer {
	return afterFunc(deadline, func() time.Time { return time.Now().Round(0) }, call)
}

func afterFunc(deadline time.Time, now func() time.Time, call func()) *Timer {
	t := &Timer{deadline: deadline.Round(0), now: now, call: call} // without its monotonic reading
	left := t.deadline.Sub(now())
	t.latest = time.Now().Add(left)
	t.mu.Lock() // the first look may come at once
	defer t.mu.Unlock()
	t.timer = time.AfterFunc(min(left, interval), t.look)
	return t
}

// Stop keeps the function from being called, unless it is called already.
func (t *Timer) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

func (t *Timer) look() {
	if t.over() {
		t.call()
	}
}

// over reports whether the time has come, once, and looks again later if not.
func (t *Timer) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		return false
	}
	left := min(t.deadline.Sub(t.now()), time.Until(t.latest))
	if left > 0 {
		t.timer.Reset(min(left, interval))
		return false
	}
	t.timer = nil
	return true
}

package faultproxy

import "time"

// clock rings at moments. The runtime's timers are up to a millisecond late when
// the process is otherwise idle, which the clock of a proxy on Linux is not.
type clock interface {
	// alarm returns a channel that is readable from the moment at, and a cancel
	// that must be called when it is no longer waited for.
	alarm(at time.Time) (ring <-chan time.Time, cancel func())
	close()
}

// timers is the clock of the runtime.
type timers struct{}

func (timers) alarm(at time.Time) (<-chan time.Time, func()) {
	t := time.NewTimer(time.Until(at))
	return t.C, func() { t.Stop() }
}

func (timers) close() {}

// sleep waits for the moment at and reports true, or false when one of two
// channels was closed before.
func sleep(c clock, at time.Time, stop, other <-chan struct{}) bool {
	if !time.Now().Before(at) {
		return true
	}
	ring, cancel := c.alarm(at)
	defer cancel()
	select {
	case <-ring:
		return true
	case <-stop:
	case <-other:
	}
	return false
}

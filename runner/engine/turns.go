package engine

import (
	"sync"
	"time"
)

// turns begins reverts one after the other. One that does not succeed goes on beside the next, as what it waits for may be
// behind that one: a process is not ready before its link is there again.
type turns struct{ group sync.WaitGroup }

// next begins a revert, and waits for it until it is over, tells that it was tried once, or has had its time ahead of the others.
func (t *turns) next(revert func(tried func())) {
	passed := make(chan struct{})
	tried := sync.OnceFunc(func() { close(passed) })
	t.group.Go(func() {
		defer tried()
		revert(tried)
	})
	timer := time.NewTimer(revertAhead)
	defer timer.Stop()
	select {
	case <-passed:
	case <-timer.C:
	}
}

// aside begins a revert for which nobody waits before the end.
func (t *turns) aside(revert func(tried func())) {
	t.group.Go(func() { revert(func() {}) })
}

// join waits until all are over.
func (t *turns) join() { t.group.Wait() }

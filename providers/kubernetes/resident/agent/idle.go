package agent

import (
	"context"
	"errors"
	"time"
)

// linger is how long an agent that has nothing to do any more stays for the next
// fault.
const linger = 15 * time.Second

// errLeaving says that the agent takes no fault any more. Nobody is answered so: to whoever asks it has left.
var errLeaving = errors.New("the agent is about to leave")

// idle returns when no fault came in time, or when all have ended and no other came
// for a while. Whoever relies on the agent for later makes it stay.
func (f *faults) idle(ctx context.Context, first time.Duration) {
	_ = f.stay(first) // it has just come
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.changed:
			timer.Reset(f.patience())
		case <-timer.C:
			if f.leave() {
				return
			}
		}
	}
}

// stay has the agent wait for a fault for so long at least, if it is not too late.
func (f *faults) stay(d time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.leaving {
		return errLeaving
	}
	if until := time.Now().Add(d); until.After(f.until) {
		f.until = until
	}
	f.stir()
	return nil
}

// patience is how long the agent waits for a fault from now on.
func (f *faults) patience() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(linger, time.Until(f.until))
}

// leave takes no fault any more, if there is none and nobody relies on the agent. Who asks for a fault has made it stay first,
// so that none comes in between.
func (f *faults) leave() bool {
	if f.active() > 0 || f.draining.Load() > 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.leaving = !time.Now().Before(f.until)
	return f.leaving
}

// Package breaker is a circuit breaker: after failures in a row it stops asking
// for a while, then lets one call through to see whether things are well again.
package breaker

import (
	"sync"
	"time"
)

// State is that of a breaker.
type State int

const (
	// Closed lets every call through.
	Closed State = iota
	// HalfOpen lets one call through at a time.
	HalfOpen
	// Open lets none through.
	Open
)

// String is "closed", "half-open" or "open".
func (s State) String() string { return [...]string{"closed", "half-open", "open"}[s] }

// Config says when a breaker opens and for how long.
type Config struct {
	Failures int           // in a row that open it; at least 1
	Cooldown time.Duration // from opening, and from each failed trial, to the next trial
}

// Breaker guards calls to one dependency. It is safe for concurrent use.
type Breaker struct {
	cfg Config

	mu       sync.Mutex
	state    State
	epoch    int       // counts changes of state: what began before one says nothing after it
	failures int       // in a row, while closed
	retryAt  time.Time // while open
	trial    bool      // while half-open: the one call is under way
}

// New makes a closed breaker.
func New(cfg Config) *Breaker {
	cfg.Failures = max(1, cfg.Failures)
	return &Breaker{cfg: cfg}
}

// Allow asks whether a call may be made now. If ok is true, the caller makes it
// and says how it went by calling done once.
func (b *Breaker) Allow() (done func(success bool), ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cool()
	if b.state == Open || b.state == HalfOpen && b.trial {
		return nil, false
	}
	b.trial = b.state == HalfOpen
	epoch := b.epoch
	return func(success bool) { b.done(epoch, success) }, true
}

// State is the state now.
func (b *Breaker) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cool()
	return b.state
}

// cool makes an open breaker half-open once its time is over.
func (b *Breaker) cool() {
	if b.state == Open && !time.Now().Before(b.retryAt) {
		b.become(HalfOpen)
	}
}

func (b *Breaker) done(epoch int, success bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case epoch != b.epoch:
	case success && b.state == HalfOpen:
		b.become(Closed)
	case success:
		b.failures = 0
	default:
		b.failures++
		if b.state == HalfOpen || b.failures >= b.cfg.Failures {
			b.retryAt = time.Now().Add(b.cfg.Cooldown)
			b.become(Open)
		}
	}
}

func (b *Breaker) become(state State) {
	b.state, b.failures, b.trial = state, 0, false
	b.epoch++
}

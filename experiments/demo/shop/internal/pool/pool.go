// Package pool bounds how much a service does at once: the bulkhead.
package pool

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrFull means that the queue is full: the work was shed, not started.
var ErrFull = errors.New("queue is full")

// Unbounded is a queue that takes whatever comes, until memory ends.
const Unbounded = -1

// Pool runs work on a fixed number of workers, with a queue in front.
type Pool struct {
	slots   chan struct{}
	queue   int64
	waiting atomic.Int64
}

// New makes a pool of workers, at least one, with room for queue waiting
// callers: Unbounded, 0 for none, or more.
func New(workers, queue int) *Pool {
	return &Pool{slots: make(chan struct{}, max(1, workers)), queue: int64(queue)}
}

// Do runs work when a worker is free, in the order of the calls, and returns
// when it has ended. ErrFull means that the queue had no room, the context's
// error that ctx ended before a worker was free.
func (p *Pool) Do(ctx context.Context, work func()) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer func() { <-p.slots }()
	work()
	return nil
}

// Depth is how many callers wait.
func (p *Pool) Depth() int { return int(p.waiting.Load()) }

func (p *Pool) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	if n := p.waiting.Add(1); p.queue >= 0 && n > p.queue {
		p.waiting.Add(-1)
		return ErrFull
	}
	defer p.waiting.Add(-1)
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

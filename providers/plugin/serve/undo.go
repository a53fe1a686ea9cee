package serve

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// undo reverts a fault, whoever injected it. An injection that does not return does not keep it from that: it reverts
// again itself if it ever does.
func (l *ledger) undo(ctx context.Context, record providers.Record) error {
	e, err := l.entry(record, func(e *entry) { e.owe(func() { l.expire(e) }) })
	if errors.Is(err, errClosing) {
		return l.revert(ctx, record)
	}
	return l.end(ctx, e, record)
}

func (l *ledger) end(ctx context.Context, e *entry, record providers.Record) error {
	e.undone.Store(true) // also when it fails: who asked once wants no injection any more
	short, cancel := context.WithTimeout(ctx, courtesy)
	alone := e.take(short)
	cancel()
	if alone {
		defer e.give()
	}
	if err := l.revert(ctx, record); err != nil {
		return err
	}
	if alone {
		e.settle()
	}
	return nil
}

// expire ends a fault at its deadline. What stands beside the fault has done so by then, or will; this is one
// line more, which is not given up before nothing is in place any more, or whoever closes takes over.
func (l *ledger) expire(e *entry) {
	for wait := pause; e.open(); wait = min(2*wait, rest) {
		if err := l.attempt(e); err != nil {
			l.log.Error("a fault could not be reverted at its deadline", "fault", e.record.Address, "error", err, "again_in", wait.String())
		}
		if !l.waits(wait) {
			return
		}
	}
}

// attempt reverts a fault that nobody has asked for.
func (l *ledger) attempt(e *entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return l.end(ctx, e, e.record)
}

// waits is false when everything is closed meanwhile.
func (l *ledger) waits(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.over:
		return false
	}
}

// again tries until it works, or the context ends. Nor is what has failed at once for a while tried any longer; an attempt that
// took its time may have got somewhere, and after it that while begins anew.
func (l *ledger) again(ctx context.Context, within time.Duration, what string, do func(context.Context) error) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for since := time.Now(); ; {
		begun := time.Now()
		err := do(ctx)
		if err == nil {
			return nil
		}
		if time.Since(begun) > courtesy {
			since = time.Now()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil || time.Since(since) >= within {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

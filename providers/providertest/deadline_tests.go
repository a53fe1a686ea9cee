package providertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// near is how long before its deadline a fault may refuse to be injected: what is under
// way must have arrived when the undo begins.
const near = 200 * time.Millisecond

// testDeadline injects and does nothing more.
func (b bench) testDeadline(t *testing.T) {
	const lives = 700 * time.Millisecond
	record := b.prepare(t, lives)
	ctx, cancel := b.within(t)
	defer cancel()
	if err := b.tryInject(ctx, record); err != nil {
		require.Less(t, time.Until(record.Deadline), near, "only the deadline may end an injection: %s", err)
	}
	b.expires(t, record)
}

// testDeadlineKilled has a process inject that is killed then, so that only what stands beside the fault is left to end
// it. It may be gone at once, too, with the process.
func (b bench) testDeadlineKilled(t *testing.T) {
	b.expires(t, b.leftBehind(t))
}

// leftBehind is the record of a fault whose process was killed. How long it takes to start one is not known, so
// deadlines get longer until one was late enough.
func (b bench) leftBehind(t *testing.T) providers.Record {
	t.Helper()
	for lives := time.Second; ; lives *= 2 {
		record := b.prepare(t, lives)
		text, err := injection{Record: record, Config: b.Config}.encode(b.Environment)
		require.NoError(t, err)
		ctx, cancel := b.within(t)
		err = b.Killed(ctx, text)
		cancel()
		if err == nil {
			return record
		}
		require.Less(t, time.Until(record.Deadline), near, "only the deadline may end an injection: %s", err)
		require.Less(t, lives, b.Timeout, "it could not be injected within %s: %s", lives, err)
		b.revert(t, record)
	}
}

// expires waits for the deadline of a fault, and checks that it is gone before anybody reverts it.
func (b bench) expires(t *testing.T, record providers.Record) {
	t.Helper()
	<-time.After(time.Until(record.Deadline)) // that moment is what is tested
	b.eventually(t, func(context.Context) error {
		if seen := b.observe(t, record); seen.State != providers.Absent {
			return fmt.Errorf("still there %s after its deadline: %+v", time.Since(record.Deadline), seen)
		}
		return nil
	})
	b.gone(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

func (b bench) testDeadlinePassed(t *testing.T) {
	record := b.prepare(t, -time.Second)
	ctx, cancel := b.within(t)
	defer cancel()
	require.Error(t, b.tryInject(ctx, record))
	b.gone(t, record)
	b.revert(t, record)
	b.gone(t, record)
}

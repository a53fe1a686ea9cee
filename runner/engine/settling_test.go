package engine_test

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
)

// TestSlowSystemsAreNotDirty: where nothing of a fault is left and the system is still on its way, the run waits for a while,
// says what is to come, and goes on. Where something of the fault may be left, it is dirty.
func TestSlowSystemsAreNotDirty(t *testing.T) {
	const settled = "nothing of fault.a is left, and the system was not back within 1m0s: deployment/web has 2 old pods"
	seen := func(o providers.Observation, until time.Duration) func(time.Duration) *providers.Observation {
		return func(since time.Duration) *providers.Observation {
			if since > until {
				return nil
			}
			return &o
		}
	}
	settling := providers.Observation{State: providers.Partial, Settling: true, Detail: "deployment/web has 2 old pods"}
	partial := providers.Observation{State: providers.Partial, Detail: "deployment/web has 2 old pods"}
	cases := map[string]struct {
		after    func(time.Duration) *providers.Observation
		duration string
		abort    time.Duration
		dirty    bool
		notice   string
		took     time.Duration
	}{
		"within its time":              {seen(settling, 40*time.Second), "3s", 0, false, "", 40 * time.Second},
		"longer":                       {seen(settling, 75*time.Second), "3s", 0, false, settled, time.Minute},
		"for ever, far from the end":   {seen(settling, ever), "10m", 10 * time.Second, false, settled, time.Minute},
		"something of it may be left":  {seen(partial, 75*time.Second), "3s", 0, true, "", time.Minute},
		"and then something is":        {first(seen(settling, 30*time.Second), seen(partial, ever)), "3s", 0, true, "", time.Minute},
		"something is, and then isn't": {first(seen(partial, 30*time.Second), seen(settling, ever)), "3s", 0, false, settled, time.Minute},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, also(c.duration))
			b.after = c.after
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.abort > 0 {
					time.AfterFunc(c.abort, func() { cancel(&engine.AbortError{Signal: syscall.SIGINT}) })
				}
				assert.Equal(t, c.dirty, b.run(ctx).Dirty)
				reverted := all[event.FaultReverted](b.events)
				require.Len(t, reverted, 1)
				assert.Equal(t, !c.dirty, reverted[0].Verified)
				assert.InDelta(t, c.took.Seconds(), reverted[0].Seconds, 2)
				assert.Equal(t, c.notice, strings.Join(b.events.notices(), "\n"))
			})
		})
	}
}

func first(one, other func(time.Duration) *providers.Observation) func(time.Duration) *providers.Observation {
	return func(since time.Duration) *providers.Observation {
		if seen := one(since); seen != nil {
			return seen
		}
		return other(since)
	}
}

func (r *recorder) notices() []string {
	var texts []string
	for _, notice := range all[event.Notice](r) {
		texts = append(texts, notice.Text)
	}
	return texts
}

// TestRecoverLeavesSlowSystemsToThemselves: nothing is left for it to undo.
func TestRecoverLeavesSlowSystemsToThemselves(t *testing.T) {
	b := newBench(t, also("3s"))
	b.stuck = -1
	synctest.Test(t, func(t *testing.T) {
		require.True(t, b.run(t.Context()).Dirty)
		b.stuck, b.after = 0, func(time.Duration) *providers.Observation {
			return &providers.Observation{State: providers.Partial, Settling: true, Detail: "2 old pods"}
		}
		done := b.recovered(t.Context())
		assert.Equal(t, 1, done.Faults)
		assert.Empty(t, done.Left)
		assert.Contains(t, b.events.notices(), "nothing of fault.a is left, and the system was not back within 1m0s: 2 old pods")
	})
}

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

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// TestOutage: what the fault acts on is out of reach for a while. The revert outlasts
// that, the report says so, and the run ends as it would have without.
func TestOutage(t *testing.T) {
	cases := map[string]struct {
		text       string
		from, to   time.Duration // of the outage, after the fault was injected
		abort      time.Duration // 0 for never
		verdict    verdict.Verdict
		attempts   int // at least
		unseen     bool
		seenAgain  bool
		reverted   time.Duration // at least this long after the injection
		dirty      bool
		reasonHint string
	}{
		"in the middle, over before the end": {text: strings.ReplaceAll(tolerant(""), `"3s"`, `"40s"`), from: 0, to: 20 * time.Second, verdict: verdict.Passed, attempts: 1, unseen: true, seenAgain: true},
		"when the fault is to be reverted":   {text: tolerant(""), from: 3 * time.Second, to: 23 * time.Second, verdict: verdict.Inconclusive, attempts: 5, unseen: true, seenAgain: false, reverted: 23 * time.Second, reasonHint: "could not be seen when its time was over"},
		"after an abort, long before the deadline": {
			text: strings.ReplaceAll(tolerant(""), `"3s"`, `"90s"`), from: 4 * time.Second, to: 80 * time.Second, abort: 8 * time.Second,
			verdict: verdict.Aborted, attempts: 30, unseen: true, reverted: 80 * time.Second,
		},
		"beyond all patience": {text: tolerant(""), from: 3 * time.Second, to: time.Hour, verdict: verdict.Errored, attempts: 20, unseen: true, dirty: true, reasonHint: "connection refused"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.text)
			b.away = func() bool { // called with the world's lock held
				since := time.Since(b.began)
				return !b.began.IsZero() && since >= c.from && since < c.to
			}
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.abort > 0 {
					time.AfterFunc(c.abort, func() { cancel(&engine.AbortError{Signal: syscall.SIGTERM}) })
				}
				result := b.run(ctx)
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				assert.Equal(t, c.verdict, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
				assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), c.reasonHint)
				assert.Equal(t, c.dirty, result.Dirty)
				reverted := all[event.FaultReverted](b.events)
				require.Len(t, reverted, 1)
				assert.Equal(t, !c.dirty, reverted[0].Verified)
				assert.GreaterOrEqual(t, reverted[0].Attempts, c.attempts)
				assert.Equal(t, reverted[0].Attempts > 1, strings.Contains(reverted[0].Retried, "connection refused"), "why: %q", reverted[0].Retried)
				if !c.dirty {
					assert.GreaterOrEqual(t, time.Since(b.began), c.reverted)
				}
				told := ""
				for _, notice := range all[event.Notice](b.events) {
					told += notice.Text + "\n"
				}
				assert.Equal(t, c.unseen, strings.Contains(told, "fault.a can't be observed: connection refused"), told)
				assert.Equal(t, c.seenAgain, strings.Contains(told, "fault.a can be observed again, after"), told)
			})
		})
	}
}

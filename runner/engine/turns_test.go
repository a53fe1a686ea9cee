package engine_test

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/event"
)

// also is an experiment that does not mind its fault a, and has more in it.
func also(duration string, more ...string) string {
	return strings.Replace(tolerant(strings.Join(more, "\n")), `"3s"`, `"`+duration+`"`, 1)
}

// faultB is another fault, with a time of its own.
func faultB(delay, duration string) string {
	return fmt.Sprintf("fault \"fake_break\" \"b\" {\n name = \"b\"\n delay = %q\n duration = %q\n}", delay, duration)
}

// revertedAt is when a fault was verified as reverted.
func (r *recorder) revertedAt(fault string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if body, ok := e.Body.(event.FaultReverted); ok && body.Fault == fault && body.Verified {
			return e.Time
		}
	}
	return time.Time{}
}

// away is out of reach for a while, from soon after the newest injection.
func away(w *world) {
	w.away = func() bool { return time.Since(w.began) > 500*time.Millisecond && time.Since(w.began) < 40*time.Second }
}

// tough is a revert of which each attempt takes all of its time, for a while.
func tough(w *world) {
	w.tough = func() bool { return time.Since(w.began) < 25*time.Second }
}

// TestNoRevertHoldsUpAnother: what one waits for may be behind another fault. Each is reverted when its time has come, after a
// stop at once, and the run ends when all are.
func TestNoRevertHoldsUpAnother(t *testing.T) {
	const aborted = 10 * time.Second
	stop := stopping("s", "probe.p.success_ratio < 0.5", `window = "4s"`)
	afterSignal := func(_ *recorder, began time.Time) time.Time { return began.Add(aborted) }
	afterStop := func(r *recorder, _ time.Time) time.Time { return at[event.StopTriggered](r) }
	afterItsTime := func(r *recorder, _ time.Time) time.Time { return at[event.FaultInjected](r).Add(20 * time.Second) }
	cases := map[string]struct {
		text   string
		world  func(*world)  // for fault b
		signal time.Duration // 0 for none
		due    func(r *recorder, began time.Time) time.Time
		within time.Duration
	}{
		"a later fault out of reach, and a signal":         {also("10m", faultB("1s", "10m")), away, aborted, afterSignal, time.Second},
		"a later fault out of reach, and a stop condition": {also("10m", faultB("1s", "10m"), stop), away, 0, afterStop, time.Second},
		"a later fault that takes long, and a signal":      {also("10m", faultB("1s", "10m")), tough, aborted, afterSignal, 3 * time.Second},
		"a short fault out of reach, and a signal":         {also("10m", faultB("1s", "1s")), away, aborted, afterSignal, time.Second},
		"a short fault out of reach, and a stop condition": {also("10m", faultB("500ms", "1s"), stop), away, 0, afterStop, time.Second},
		"a short fault that takes long":                    {also("20s", faultB("1s", "1s")), tough, 0, afterItsTime, time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.text)
			c.world(b.world)
			b.hard = "b"
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				began := time.Now()
				if c.signal > 0 {
					time.AfterFunc(c.signal, func() { cancel(&engine.AbortError{Signal: syscall.SIGINT}) })
				}
				result := b.run(ctx)
				assert.False(t, result.Dirty)
				assert.True(t, b.clean())
				first, last := b.events.revertedAt("fault.a"), b.events.revertedAt("fault.b")
				require.False(t, first.IsZero() || last.IsZero())
				assert.WithinRange(t, first, c.due(b.events, began), c.due(b.events, began).Add(c.within))
				assert.Greater(t, last, first, "the other one goes on for as long as it takes")
				var order []string
				for _, e := range all[event.FaultReverting](b.events) {
					order = append(order, e.Fault)
				}
				assert.Equal(t, []string{"fault.b", "fault.a"}, order, "the last one injected first")
			})
		})
	}
}

// TestRecoverGoesOnBesideWhatItCannotUndoYet: nor does one hold up another when a run is recovered.
func TestRecoverGoesOnBesideWhatItCannotUndoYet(t *testing.T) {
	b := newBench(t, also("3s", faultB("1s", "3s")))
	b.stuck = -1
	synctest.Test(t, func(t *testing.T) {
		require.True(t, b.run(t.Context()).Dirty)
		b.stuck, b.hard, b.away = 0, "b", func() bool { return true }
		began := time.Now()
		done := b.recovered(t.Context())
		assert.Less(t, b.events.revertedAt("fault.a").Sub(began), time.Second)
		assert.Equal(t, 1, done.Faults)
		require.Len(t, done.Left, 1)
		assert.Contains(t, done.Left[0], "experiment.x.fault.b")
	})
}

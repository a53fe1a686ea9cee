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

// TestHang: a provider that never returns, whatever its context says, holds the
// run up for a bounded time, and the report says which call it was.
func TestHang(t *testing.T) {
	cases := map[string]struct {
		verdict verdict.Verdict
		code    int
		reason  string
		within  time.Duration
	}{
		"PrepareEnvironment": {verdict.Errored, 1, "preparing environment.w", time.Minute},
		"Up":                 {verdict.Errored, 4, "starting environment.w", 16 * time.Minute},
		"Plan":               {verdict.Errored, 1, "fault.a: the provider did not return", time.Minute},
		"Open":               {verdict.Errored, 1, "probe.p: the provider did not return", time.Minute},
		"Prepare":            {verdict.Errored, 1, "preparing: the provider did not return", time.Minute},
		"Inject":             {verdict.Errored, 4, "its injection has not returned", 2 * time.Minute},
		"Observe":            {verdict.Errored, 4, "verifying: the provider did not return", 2 * time.Minute},
		"Revert":             {verdict.Errored, 4, "reverting: the provider did not return", 2 * time.Minute},
		"Action":             {verdict.Errored, 4, "action.r: the provider did not return", 2 * time.Minute},
		"Run":                {verdict.Errored, 1, "ending the load: the provider did not return", time.Minute},
		"Close":              {verdict.Passed, 0, "", time.Minute},
		"Down":               {verdict.Passed, 4, "", 2 * time.Minute},
		"Leftovers":          {verdict.Passed, 4, "", 2 * time.Minute},
	}
	text := with("ASSERT", `phases = ["baseline", "recovery"]`, "LOAD", `load "fake" "l" {}`, "MORE", "rollback {\n action \"fake\" \"r\" {}\n}")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, text)
			b.hangIn = name
			synctest.Test(t, func(t *testing.T) {
				b.release = make(chan struct{})
				started := time.Now()
				result := b.run(t.Context())
				assert.Less(t, time.Since(started), c.within)
				finished := all[event.ExperimentFinished](b.events)
				require.Len(t, finished, 1)
				assert.Equal(t, c.verdict, finished[0].Verdict, "reasons: %q", finished[0].Reasons)
				assert.Contains(t, strings.Join(finished[0].Reasons, "\n"), c.reason)
				assert.Equal(t, c.code, result.ExitCode)
				close(b.release)
				synctest.Wait() // for what was left behind
			})
		})
	}
}

// TestAbortWhileSomethingWorks: the call in hand is told to stop, and everything
// that it reached is undone.
func TestAbortWhileSomethingWorks(t *testing.T) {
	for _, where := range []string{"PrepareEnvironment", "Up", "Plan", "Open", "Prepare", "Inject"} {
		t.Run(where, func(t *testing.T) {
			b := newBench(t, tolerant(""))
			b.hangIn, b.patient = where, true
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(3*time.Second, func() { cancel(&engine.AbortError{Signal: syscall.SIGINT}) })
				started := time.Now()
				result := b.run(ctx)
				assert.Less(t, time.Since(started), 4*time.Second)
				assert.Equal(t, 130, result.ExitCode)
				assert.True(t, b.clean())
				if where != "PrepareEnvironment" {
					assert.Equal(t, 1, b.downs)
				}
			})
		})
	}
}

// TestLeftMayBeAskedAtAnyTime is for the race detector: signals come when they
// want.
func TestLeftMayBeAskedAtAnyTime(t *testing.T) {
	b := newBench(t, tolerant(""))
	synctest.Test(t, func(t *testing.T) {
		b.on = func() { go b.engine.Left() }
		assert.Equal(t, verdict.Passed, b.run(t.Context()).Verdict)
	})
}

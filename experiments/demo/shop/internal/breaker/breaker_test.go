package breaker

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var cfg = Config{Failures: 3, Cooldown: time.Second}

func fail(t require.TestingT, b *Breaker, times int) {
	for range times {
		done, ok := b.Allow()
		require.True(t, ok)
		done(false)
	}
}

func TestOpensAfterFailuresInARow(t *testing.T) {
	b := New(cfg)
	fail(t, b, 2)
	done, ok := b.Allow()
	require.True(t, ok)
	done(true)
	fail(t, b, 2)
	assert.Equal(t, Closed, b.State(), "a success in between starts the count again")
	fail(t, b, 1)
	assert.Equal(t, Open, b.State())
	_, ok = b.Allow()
	assert.False(t, ok)
}

func TestOneTrialAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(cfg)
		fail(t, b, 3)
		time.Sleep(cfg.Cooldown - time.Nanosecond)
		require.Equal(t, Open, b.State())
		time.Sleep(time.Nanosecond)
		require.Equal(t, HalfOpen, b.State())

		trial, ok := b.Allow()
		require.True(t, ok)
		_, ok = b.Allow()
		assert.False(t, ok, "a second trial while one is under way")
		trial(false)
		assert.Equal(t, Open, b.State(), "a failed trial opens for another cooldown")

		time.Sleep(cfg.Cooldown)
		trial, ok = b.Allow()
		require.True(t, ok)
		trial(true)
		assert.Equal(t, Closed, b.State())
	})
}

func TestLateAnswersSayNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(cfg)
		late, ok := b.Allow()
		require.True(t, ok)
		fail(t, b, 3)
		late(true)
		assert.Equal(t, Open, b.State(), "a call from before the opening must not close it")
		time.Sleep(cfg.Cooldown)
		trial, ok := b.Allow()
		require.True(t, ok)
		late(false)
		trial(true)
		assert.Equal(t, Closed, b.State())
	})
}

// TestInvariants drives a breaker through any history of calls, answers and
// waits, and checks what must hold at every moment.
func TestInvariants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Without the deadline method, which a bubble refuses.
		rapid.Check(struct{ testing.TB }{t}, func(t *rapid.T) {
			b := New(cfg)
			var inFlight []func(bool)
			var openedAt time.Time
			was := Closed
			t.Repeat(map[string]func(*rapid.T){
				"call": func(t *rapid.T) {
					before := b.State()
					done, ok := b.Allow()
					if before == Closed {
						require.True(t, ok, "closed refuses nothing")
					}
					if before == Open {
						require.False(t, ok, "open lets nothing through")
					}
					if ok {
						inFlight = append(inFlight, done)
					}
				},
				"answer": func(t *rapid.T) {
					if len(inFlight) == 0 {
						t.Skip("nothing in flight")
					}
					i := rapid.IntRange(0, len(inFlight)-1).Draw(t, "which")
					inFlight[i](rapid.Bool().Draw(t, "success"))
					inFlight = append(inFlight[:i], inFlight[i+1:]...)
				},
				"wait": func(t *rapid.T) {
					time.Sleep(time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms")) * time.Millisecond)
				},
				"": func(t *rapid.T) {
					now := b.State()
					if now == Open && was != Open {
						openedAt = time.Now()
					}
					if now == Open {
						require.Less(t, time.Since(openedAt), cfg.Cooldown, "open for longer than its cooldown")
					}
					if was == Open {
						require.NotEqual(t, Closed, now, "closed without a trial")
					}
					was = now
				},
			})
		})
	})
}

package http

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// standstill keeps a generator from going on when what is due at that moment has
// become due, as SIGSTOP does.
func standstill(g *generator, at time.Time, length time.Duration) {
	g.Announce(func(due, _ time.Time) {
		if due.Equal(at) {
			time.Sleep(length)
		}
	})
}

// unsent splits what a generator has reported.
func unsent(samples []providers.LoadSample) (sent, not []providers.LoadSample) {
	for _, s := range samples {
		if s.Sent {
			sent = append(sent, s)
		} else {
			not = append(not, s)
		}
	}
	return sent, not
}

func TestWhatGamedayMissedIsNotSentAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := newOffering(t, pace{{rate: 50}}, 1000, 5*time.Second, after(constant(10*time.Millisecond)))
		standstill(g, start.Add(time.Second), 20*time.Second)
		sent, not := unsent(g.offer(t, 21990*time.Millisecond))
		assert.Len(t, append(sent, not...), 1100, "all are told")
		require.Len(t, not, 950)
		assert.Equal(t, start.Add(time.Second), not[0].Due)
		assert.Equal(t, "not sent: gameday was held up for 20s", not[0].Error)
		assert.Equal(t, "not sent: gameday was held up for 1.02s", not[949].Error)
		for _, s := range sent {
			assert.True(t, s.OK)
			assert.LessOrEqual(t, s.Latency, 1010*time.Millisecond, "what is late by less is sent, and as slow as it was late")
		}
	})
}

func TestHowLateARequestMayBe(t *testing.T) {
	for name, test := range map[string]struct {
		rate          float64
		timeout, late time.Duration
		sent          bool
	}{
		"a little":                        {10, 5 * time.Second, time.Second, true},
		"more":                            {10, 5 * time.Second, 1001 * time.Millisecond, false},
		"its time-out":                    {10, 300 * time.Millisecond, 300 * time.Millisecond, true},
		"more than its time-out":          {10, 300 * time.Millisecond, 301 * time.Millisecond, false},
		"alone, before the next is due":   {0.25, 5 * time.Second, 4 * time.Second, true},
		"alone, and beyond its time-out":  {0.1, 5 * time.Second, 5001 * time.Millisecond, false},
		"not alone, though it was for 4s": {0.25, 5 * time.Second, 4001 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newOffering(t, pace{{rate: test.rate}}, 1000, test.timeout, after(constant(0)))
				standstill(g, time.Now(), test.late)
				first := g.offer(t, test.late+time.Millisecond)[0]
				assert.Equal(t, test.sent, first.Sent, first.Error)
			})
		})
	}
}

// TestAnAnswerThatNobodyRead: even the timer that should have ended the request was late.
func TestAnAnswerThatNobodyRead(t *testing.T) {
	for name, test := range map[string]struct {
		took time.Duration
		sent bool
		err  string
	}{
		"in time": {7 * time.Second, true, "no answer within 5s"},
		"held up": {22 * time.Second, false, "gameday was held up for 22s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				samples := offering(t, pace{{rate: 1}}, 10, 5*time.Second, 500*time.Millisecond, func(r *http.Request) (*http.Response, error) {
					time.Sleep(test.took)
					return nil, r.Context().Err()
				})
				require.Len(t, samples, 1)
				assert.Equal(t, test.sent, samples[0].Sent)
				assert.Equal(t, test.err, samples[0].Error)
				assert.False(t, samples[0].OK)
			})
		})
	}
}

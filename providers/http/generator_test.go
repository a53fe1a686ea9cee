package http

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
)

// transport answers without a network, so that time can be fake.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// after answers 200 after some time.
func after(wait func() time.Duration) transport {
	return func(r *http.Request) (*http.Response, error) {
		select {
		case <-time.After(wait()):
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("ok"))}, nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

func constant(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// offering runs a generator for some time and returns what it reports, by due
// time.
func offering(t *testing.T, p pace, limit int, timeout, length time.Duration, answer transport) []providers.LoadSample {
	t.Helper()
	return newOffering(t, p, limit, timeout, answer).offer(t, length)
}

func newOffering(t *testing.T, p pace, limit int, timeout time.Duration, answer transport) *generator {
	t.Helper()
	g := &generator{
		request: &template{method: http.MethodGet}, pace: p, status: statuses{"2xx"}, limit: limit,
		client: &http.Client{Transport: answer}, timeout: timeout, announce: ignore,
	}
	var err error
	g.request.url, err = g.request.url.Parse("http://shop/")
	require.NoError(t, err)
	return g
}

func (g *generator) offer(t *testing.T, length time.Duration) []providers.LoadSample {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var mu sync.Mutex
	var samples []providers.LoadSample
	require.NoError(t, g.Run(ctx, func(s providers.LoadSample) {
		mu.Lock()
		defer mu.Unlock()
		samples = append(samples, s)
	}))
	slices.SortStableFunc(samples, func(a, b providers.LoadSample) int { return a.Due.Compare(b.Due) })
	return samples
}

func TestLoadIsSentWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		samples := offering(t, pace{{rate: 300}}, 1000, time.Second, 9999*time.Millisecond, after(constant(50*time.Millisecond)))
		require.Len(t, samples, 3000)
		for k, s := range samples {
			assert.Equal(t, time.Duration(float64(k)/300*1e9), s.Due.Sub(start), "drift-free")
			assert.True(t, s.OK && s.Sent)
			assert.Equal(t, 50*time.Millisecond, s.Latency)
		}
		assert.Greater(t, time.Since(start), 10*time.Second, "what is in flight at the end is waited for")
	})
}

func TestAStalledTargetGetsItsLoadAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		samples := offering(t, pace{{rate: 10}}, 1000, 5*time.Second, 2950*time.Millisecond, after(func() time.Duration {
			return max(0, time.Until(start.Add(2*time.Second)))
		}))
		require.Len(t, samples, 30)
		for k, s := range samples {
			want := max(0, 2*time.Second-time.Duration(k)*100*time.Millisecond)
			assert.Equal(t, want, s.Latency, "request %d", k)
		}
	})
}

func TestWhatCannotBeSentIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		samples := offering(t, pace{{rate: 10}}, 3, 500*time.Millisecond, 950*time.Millisecond, after(constant(time.Hour)))
		require.Len(t, samples, 10)
		var sent []bool
		for _, s := range samples {
			sent = append(sent, s.Sent)
			assert.False(t, s.OK)
			if s.Sent {
				assert.Equal(t, "no answer within 500ms", s.Error)
				assert.Equal(t, 500*time.Millisecond, s.Latency)
			} else {
				assert.Equal(t, "not sent: 3 requests still in flight (max_in_flight)", s.Error)
			}
		}
		assert.Equal(t, []bool{true, true, true, false, false}, sent[:5])
		assert.Len(t, slices.DeleteFunc(sent, func(s bool) bool { return s }), 4)
	})
}

func TestWhatIsMissingOnThisSideIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for errno, sent := range map[syscall.Errno]bool{syscall.EADDRNOTAVAIL: false, syscall.EMFILE: false, syscall.ECONNREFUSED: true} {
			samples := offering(t, pace{{rate: 10}}, 3, 500*time.Millisecond, 50*time.Millisecond, func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)}
			})
			require.Len(t, samples, 1)
			assert.Equal(t, sent, samples[0].Sent, errno)
			assert.False(t, samples[0].OK)
			assert.NotEmpty(t, samples[0].Error)
		}
	})
}

func TestTheEndWaitsForAnswersAtMostTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		samples := offering(t, pace{{rate: 1}}, 10, 3*time.Second, 500*time.Millisecond, after(constant(time.Hour)))
		assert.Len(t, samples, 1)
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestEveryRequestIsAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &generator{
			request: &template{method: http.MethodGet}, pace: pace{{rate: 10}}, status: statuses{"2xx"}, limit: 1, timeout: time.Second,
			client: &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("no") })},
		}
		g.request.url, _ = g.request.url.Parse("http://shop/")
		var dues, nexts []time.Duration
		g.Announce(func(due, next time.Time) {
			dues, nexts = append(dues, due.Sub(start)), append(nexts, next.Sub(start))
		})
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		require.NoError(t, g.Run(ctx, func(s providers.LoadSample) { assert.Equal(t, "no", s.Error) }))
		assert.Equal(t, []time.Duration{0, 100e6, 200e6}, dues)
		assert.Equal(t, []time.Duration{100e6, 200e6, 300e6}, nexts)
	})
}

func TestStagesFollowEachOther(t *testing.T) {
	begin := time.Unix(0, 0)
	c := clock{begin: begin, pace: pace{{rate: 2, duration: time.Second}, {rate: 0.5, duration: 3 * time.Second}, {rate: 4, duration: time.Millisecond}}}
	var got []time.Duration
	for range 8 {
		got = append(got, c.next().Sub(begin))
	}
	assert.Equal(t, []time.Duration{0, 500e6, 1e9, 3e9, 4e9, 4250e6, 4500e6, 4750e6}, got, "the last stage holds")
}

// TestAPaceOffersItsRate holds for any stages: due times never go back, and
// each stage that ended had its rate × duration requests, give or take one.
func TestAPaceOffersItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin, end := time.Unix(0, 0), time.Unix(0, 0)
		var stages pace
		for range rapid.IntRange(1, 5).Draw(t, "stages") {
			s := stage{rate: rapid.Float64Range(0.1, 500).Draw(t, "rate"), duration: time.Duration(rapid.Int64Range(1, 3e9).Draw(t, "duration"))}
			stages, end = append(stages, s), end.Add(s.duration)
		}
		c := clock{begin: begin, pace: stages}
		counts := make([]float64, len(stages))
		for due, last := c.next(), begin; due.Before(end); due = c.next() {
			require.False(t, due.Before(last))
			last = due
			counts[len(stages)-len(c.pace)]++
		}
		for i, s := range stages {
			require.InDelta(t, s.rate*s.duration.Seconds(), counts[i], 1.001, "stage %d", i)
		}
	})
}

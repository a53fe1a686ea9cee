package sample_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/sample"
)

// proberFunc is a prober made of a function.
type proberFunc func(ctx context.Context) providers.Sample

func (f proberFunc) Sample(ctx context.Context) providers.Sample { return f(ctx) }
func (f proberFunc) Close() error                                { return nil }

// answering is a prober that is OK after some time, if it is given that.
func answering(after time.Duration) proberFunc {
	return func(ctx context.Context) providers.Sample {
		select {
		case <-time.After(after):
			return providers.Sample{OK: true}
		case <-ctx.Done():
			return providers.Sample{Error: ctx.Err().Error()}
		}
	}
}

// sampling samples one probe until stop is called, which may be often.
func sampling(t *testing.T, interval, timeout time.Duration, prober providers.Prober) (s *sample.Series, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s = sample.NewSeries("probe.a", cty.EmptyObject, time.Hour)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var sampler sample.Sampler
		assert.NoError(t, sampler.Run(ctx, []sample.Task{{Series: s, Prober: prober, Interval: interval, Timeout: timeout}}, nil))
	}()
	synctest.Wait()
	return s, func() {
		cancel()
		<-done
	}
}

// latencies lists a series' latencies by due time, read one window at a time.
func latencies(s *sample.Series, start time.Time, interval time.Duration, n int) []time.Duration {
	var out []time.Duration
	for i := range n {
		due := start.Add(time.Duration(i) * interval)
		out = append(out, s.Between(due, due.Add(1)).Max())
	}
	return out
}

func TestTheScheduleDoesNotDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		const interval = 70 * time.Millisecond
		var calls atomic.Int64
		s, stop := sampling(t, interval, time.Second, proberFunc(func(ctx context.Context) providers.Sample {
			return answering(time.Duration(calls.Add(1)%7)*31*time.Millisecond + time.Nanosecond)(ctx)
		}))
		defer stop()
		const n = 1000
		require.NoError(t, s.Settle(t.Context(), start.Add(n*interval)))
		for k := range n {
			due := start.Add(time.Duration(k) * interval)
			require.EqualValues(t, 1, s.Between(due, due.Add(1)).Count(), "sample %d is due at exactly %s", k, due.Sub(start))
		}
		assert.EqualValues(t, n, s.Between(start, start.Add(n*interval)).Count())
	})
}

func TestProbesAreSpreadOverTheFirstInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var tasks []sample.Task
		for i := range 10 {
			s := sample.NewSeries(fmt.Sprintf("probe.%d", i), cty.EmptyObject, time.Hour)
			tasks = append(tasks, sample.Task{Series: s, Prober: answering(0), Interval: time.Second, Timeout: time.Second})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2950*time.Millisecond)
		defer cancel()
		var points atomic.Int64
		var sampler sample.Sampler
		require.NoError(t, sampler.Run(ctx, tasks, func(string) { points.Add(1) }))
		for i, task := range tasks {
			first := start.Add(time.Duration(i) * 100 * time.Millisecond)
			assert.EqualValues(t, 1, task.Series.Between(first, first.Add(1)).Count(), task.Series.Name())
		}
		assert.EqualValues(t, 30, points.Load())
		assert.Equal(t, sample.Stats{Started: 30}, sampler.Stats())
	})
}

// TestAStallIsNotOmitted is coordinated omission: a closed loop would send one
// request into the stall and report one slow answer.
func TestAStallIsNotOmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		const interval = 100 * time.Millisecond
		stallEnds := start.Add(2 * time.Second)
		s, stop := sampling(t, interval, 5*time.Second, proberFunc(func(ctx context.Context) providers.Sample {
			if time.Since(start) < time.Second {
				return answering(0)(ctx)
			}
			return answering(time.Until(stallEnds))(ctx)
		}))
		defer stop()
		require.NoError(t, s.Settle(t.Context(), start.Add(3*time.Second)))
		var want []time.Duration
		for i := range 30 {
			latency := time.Duration(0)
			if i >= 10 && i < 20 {
				latency = stallEnds.Sub(start) - time.Duration(i)*interval
			}
			want = append(want, latency)
		}
		assert.Equal(t, want, latencies(s, start, interval, 30))
		assert.EqualValues(t, 30, s.Between(start, start.Add(3*time.Second)).SuccessCount())
	})
}

func TestNoMoreInFlightThanTheTimeoutExplains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var flying, most atomic.Int64
		s, stop := sampling(t, 100*time.Millisecond, 250*time.Millisecond, proberFunc(func(context.Context) providers.Sample {
			most.Store(max(most.Load(), flying.Add(1)))
			defer flying.Add(-1)
			time.Sleep(time.Second) // past its context
			return providers.Sample{OK: true}
		}))
		defer stop()
		require.NoError(t, s.Settle(t.Context(), start.Add(time.Second)))
		assert.EqualValues(t, 4, most.Load(), "ceil(250/100) + 1")
		w := s.Between(start, start.Add(time.Second))
		assert.EqualValues(t, 10, w.Count())
		assert.EqualValues(t, 4, w.SuccessCount())
		assert.Equal(t, "not sent: 4 still in flight", w.LastError())
		last, _ := w.Last()
		assert.False(t, last.Sent)
		assert.Equal(t, 250*time.Millisecond, last.Latency)
	})
}

func TestAProberThatNeverReturnsHoldsNobodyBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		release := make(chan struct{})
		s, stop := sampling(t, time.Second, time.Second, proberFunc(func(context.Context) providers.Sample {
			<-release
			return providers.Sample{OK: true}
		}))
		require.NoError(t, s.Settle(t.Context(), start.Add(1)))
		assert.Equal(t, "no answer within 1s, and the probe did not stop", s.Between(start, start.Add(1)).LastError())
		ended := time.Now()
		stop()
		assert.LessOrEqual(t, time.Since(ended), time.Second)
		close(release)
		synctest.Wait()
		assert.Zero(t, s.Between(start, start.Add(time.Hour)).SuccessCount(), "an answer after the end is no sample")
	})
}

// TestAPanicSaysNothingOfTheTarget: an assertion that wants failures must not hold by it.
func TestAPanicSaysNothingOfTheTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		s := sample.NewSeries("probe.a", cty.EmptyObject, time.Hour)
		broken := proberFunc(func(context.Context) providers.Sample { panic("index out of range") })
		start := time.Now()
		var sampler sample.Sampler
		err := sampler.Run(ctx, []sample.Task{{Series: s, Prober: broken, Interval: time.Second, Timeout: time.Second}}, nil)
		const why = "the probe panicked, which is a bug of its provider: index out of range"
		require.EqualError(t, err, "probe.a: "+why, "the run fails, once")
		w := s.Between(start, start.Add(time.Hour))
		assert.Zero(t, w.Count())
		assert.EqualValues(t, 4, w.Lost())
		assert.Equal(t, why, w.LostError())
	})
}

func TestWhatTheEndCutsOffIsNotRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, 100*time.Millisecond, 10*time.Second, answering(250*time.Millisecond))
		time.Sleep(time.Second + time.Millisecond)
		stop()
		assert.Equal(t, time.Second+time.Millisecond, time.Since(start), "probers let go at once")
		assert.EqualValues(t, 8, s.Between(start, start.Add(time.Hour)).Count())
		assert.Zero(t, s.InFlight())
		assert.Empty(t, s.Between(start, start.Add(time.Hour)).LastError())
	})
}

func TestEachSampleHasItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, time.Second, 300*time.Millisecond, answering(time.Minute))
		defer stop()
		require.NoError(t, s.Settle(t.Context(), start.Add(1)))
		assert.Equal(t, 300*time.Millisecond, s.Between(start, start.Add(1)).Max())
	})
}

func TestImpossibleTasksAreRefused(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, 0)
	for _, task := range []sample.Task{{Series: s, Timeout: 1}, {Series: s, Interval: 1}, {Series: s, Interval: -1, Timeout: 1}} {
		var sampler sample.Sampler
		assert.ErrorContains(t, sampler.Run(t.Context(), []sample.Task{task}, nil), "probe.a: interval and timeout must be positive")
	}
}

func TestASamplerWithoutTasksWaitsForItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		var sampler sample.Sampler
		require.NoError(t, sampler.Run(ctx, nil, nil))
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

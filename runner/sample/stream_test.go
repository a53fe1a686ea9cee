package sample_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/sample"
)

// streamer does what a test says.
type streamer func(ctx context.Context, req providers.StreamRequest) error

func (s streamer) Stream(ctx context.Context, req providers.StreamRequest) error { return s(ctx, req) }
func (streamer) Close() error                                                    { return nil }

// following runs a streamer on a series until the returned function is called.
func following(t *testing.T, s streamer) (*sample.Series, func() error) {
	t.Helper()
	series := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- new(sample.Sampler).Run(ctx, []sample.Task{{Series: series, Streamer: s, Interval: time.Second, Timeout: 2 * time.Second}}, nil)
	}()
	return series, func() error { cancel(); return <-done }
}

func TestWhatIsMeasuredElsewhereCountsFromWhenItWasDueThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := following(t, func(ctx context.Context, req providers.StreamRequest) error {
			<-time.After(20 * time.Second) // the way here was cut
			for i := range 5 {
				due := start.Add(req.Delay + time.Duration(i)*req.Interval)
				req.Report(providers.TimedSample{Due: due, Late: 5 * time.Millisecond, Sample: providers.Sample{OK: true, Took: 30 * time.Millisecond}})
			}
			req.Complete(start.Add(5 * req.Interval))
			<-ctx.Done()
			return nil
		})
		synctest.Wait()
		s.Begin("fault", start)
		s.Begin("recovery", start.Add(3*time.Second))
		require.NoError(t, s.Settle(t.Context(), start.Add(4*time.Second)))
		assert.Equal(t, 20*time.Second, time.Since(start), "it is waited for")
		w := s.Phase("fault")
		assert.EqualValues(t, 3, w.Count())
		assert.Equal(t, 35*time.Millisecond, w.Max(), "how long it was under way is no part of it")
		assert.EqualValues(t, 2, s.Phase("recovery").Count())
		require.NoError(t, stop())
	})
}

func TestTheHorizonIsWhatTheStreamerSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := following(t, func(ctx context.Context, req providers.StreamRequest) error {
			<-time.After(time.Second)
			req.Complete(start.Add(500 * time.Millisecond))
			<-ctx.Done()
			return nil
		})
		synctest.Wait()
		assert.Equal(t, start, s.Horizon(start.Add(time.Minute)), "before it has said anything nothing is whole")
		<-time.After(2 * time.Second)
		assert.Equal(t, start.Add(500*time.Millisecond), s.Horizon(time.Now()))
		require.NoError(t, stop())
	})
}

func TestWhatIsLostIsNeitherASampleNorAFailure(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	s.Begin("fault", epoch())
	s.Record(at(0, time.Millisecond))
	s.Record(sample.Point{Due: epoch().Add(time.Second), Lost: true, Sent: true, Error: "the API server is away"})
	s.Record(failed(2*time.Second, time.Millisecond, "503"))
	w := s.Phase("fault")
	assert.EqualValues(t, 3, w.Offered())
	assert.EqualValues(t, 2, w.Count())
	assert.EqualValues(t, 1, w.Lost())
	assert.InDelta(t, 0.5, w.SuccessRatio(), 0)
	assert.Equal(t, "the API server is away", w.LostError())
	assert.Equal(t, "503", w.LastError(), "conditions do not see it")
	last, _ := w.Last()
	assert.Equal(t, "503", last.Error)
}

func TestAnUnsentSampleOfAStreamFailsWithItsTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := following(t, func(ctx context.Context, req providers.StreamRequest) error {
			req.Report(providers.TimedSample{Due: start, Unsent: true, Sample: providers.Sample{Error: "not sent: 3 still in flight"}})
			<-ctx.Done()
			return nil
		})
		s.Begin("fault", start)
		synctest.Wait()
		w := s.Phase("fault")
		assert.EqualValues(t, 1, w.Count())
		assert.Zero(t, w.SuccessCount())
		assert.Equal(t, 2*time.Second, w.Max())
		require.NoError(t, stop())
	})
}

func TestAStreamThatCannotGoOnSaysWhy(t *testing.T) {
	for name, test := range map[string]struct {
		stream streamer
		want   string
	}{
		"error": {func(context.Context, providers.StreamRequest) error { return errors.New("no such type") }, "probe.a: no such type"},
		"ended": {func(context.Context, providers.StreamRequest) error { return nil }, "probe.a: it ended before it was told to"},
		"panic": {func(context.Context, providers.StreamRequest) error { panic("oh") }, "probe.a: the probe panicked"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, stop := following(t, test.stream)
				synctest.Wait()
				require.ErrorContains(t, stop(), test.want)
			})
		})
	}
}

func TestTheTimeThatASampleTookIsBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, time.Second, 2*time.Second, proberFunc(func(context.Context) providers.Sample {
			<-time.After(400 * time.Millisecond) // there and back
			return providers.Sample{OK: true, Took: 10 * time.Millisecond}
		}))
		s.Begin("fault", start)
		<-time.After(1500 * time.Millisecond)
		assert.Equal(t, 10*time.Millisecond, s.Phase("fault").Max())
		stop()
	})
}

// late is a generator that says how far it has come.
type late struct {
	complete func(time.Time)
	run      func(ctx context.Context, report func(providers.LoadSample), complete func(time.Time)) error
}

func (l *late) OnComplete(complete func(time.Time)) { l.complete = complete }
func (l *late) Run(ctx context.Context, report func(providers.LoadSample)) error {
	return l.run(ctx, report, l.complete)
}

func TestALoadFromElsewhereIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := sample.NewLoadSeries("load.a", time.Minute)
		s.Begin("fault", start)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- sample.NewLoadRecorder(s, nil).Run(ctx, &late{run: func(ctx context.Context, report func(providers.LoadSample), complete func(time.Time)) error {
				<-time.After(5 * time.Second)
				report(providers.LoadSample{Due: start.Add(time.Second), Latency: time.Millisecond, OK: true, Sent: true})
				complete(start.Add(2 * time.Second))
				<-ctx.Done()
				return nil
			}})
		}()
		synctest.Wait()
		require.NoError(t, s.Settle(t.Context(), start.Add(2*time.Second)))
		assert.Equal(t, 5*time.Second, time.Since(start))
		assert.EqualValues(t, 1, s.Phase("fault").Count())
		cancel()
		require.NoError(t, <-done)
	})
}

package sample_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/sample"
)

// generatorFunc is a generator made of a function.
type generatorFunc func(ctx context.Context, report func(providers.LoadSample)) error

func (f generatorFunc) Run(ctx context.Context, report func(providers.LoadSample)) error {
	return f(ctx, report)
}

// announcing is a generator that offers one request every second and answers
// each after three.
type announcing struct{ announce func(due, next time.Time) }

func (a *announcing) Announce(announce func(due, next time.Time)) { a.announce = announce }

func (a *announcing) Run(ctx context.Context, report func(providers.LoadSample)) error {
	for due := time.Now(); ctx.Err() == nil; due = due.Add(time.Second) {
		a.announce(due, due.Add(time.Second))
		time.AfterFunc(3*time.Second, func() {
			report(providers.LoadSample{Due: due, Latency: time.Since(due), OK: true, Sent: true})
		})
		time.Sleep(time.Second)
	}
	time.Sleep(3 * time.Second)
	return nil
}

func TestALoadThatAnnouncesCanBeSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		s := sample.NewLoadSeries("load.a", time.Minute)
		done := make(chan error, 1)
		go func() { done <- sample.NewLoadRecorder(s, nil).Run(ctx, &announcing{}) }()
		synctest.Wait()

		boundary := start.Add(5 * time.Second)
		require.NoError(t, s.Settle(t.Context(), boundary))
		assert.Equal(t, 7*time.Second, time.Since(start), "the request due at 4 s took 3 s")
		assert.EqualValues(t, 5, s.Between(start, boundary).Count())
		assert.InDelta(t, 1, s.Between(start, boundary).Rate(), 1e-9)
		cancel()
		require.NoError(t, <-done)
		require.NoError(t, s.Settle(t.Context(), time.Now().Add(time.Hour)), "nothing more can come")
	})
}

// silent offers ten requests a second and tells of none beforehand. Every fifth hangs
// for its time-out.
func silent(timeout time.Duration) generatorFunc {
	return func(ctx context.Context, report func(providers.LoadSample)) error {
		for i := 0; ctx.Err() == nil; i++ {
			due := time.Now()
			if i%5 == 4 {
				time.AfterFunc(timeout, func() {
					report(providers.LoadSample{Due: due, Latency: timeout, Sent: true, Error: "no answer"})
				})
			} else {
				report(providers.LoadSample{Due: due, OK: true, Sent: true})
			}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(timeout + time.Millisecond)
		return nil
	}
}

func TestALoadThatTellsNothingBeforehandIsJudgedWithWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		const timeout = 5 * time.Second
		ctx, cancel := context.WithCancel(t.Context())
		s := sample.NewLoadSeries("load.a", time.Minute).AnsweredWithin(timeout)
		done := make(chan error, 1)
		go func() { done <- sample.NewLoadRecorder(s, nil).Run(ctx, silent(timeout)) }()
		synctest.Wait()

		boundary := start.Add(4 * time.Second)
		require.NoError(t, s.Settle(t.Context(), boundary))
		w := s.Between(start, boundary)
		assert.EqualValues(t, 40, w.Count())
		assert.InDelta(t, 0.8, w.SuccessRatio(), 1e-9, "the requests that hung are among them")
		assert.WithinDuration(t, boundary.Add(timeout+time.Second), time.Now(), 100*time.Millisecond)
		assert.WithinDuration(t, boundary, s.Horizon(time.Now()), 100*time.Millisecond)
		cancel()
		require.NoError(t, <-done)
		require.NoError(t, s.Settle(t.Context(), time.Now().Add(time.Hour)), "nothing more can come")
	})
}

func TestALoadReportsIntoItsSeries(t *testing.T) {
	s := sample.NewLoadSeries("load.a", time.Minute)
	s.Begin("fault", epoch())
	var told []string
	recorder := sample.NewLoadRecorder(s, func(name string) { told = append(told, name) })
	err := recorder.Run(t.Context(), generatorFunc(func(_ context.Context, report func(providers.LoadSample)) error {
		report(providers.LoadSample{Due: epoch(), Latency: time.Second, OK: true, Sent: true})
		report(providers.LoadSample{Due: epoch(), OK: true, Error: "all 10 senders were busy"})
		return errors.New("gave up")
	}))
	require.EqualError(t, err, "gave up")
	w := s.Phase("fault")
	assert.EqualValues(t, 1, w.Count())
	assert.EqualValues(t, 2, w.Offered())
	assert.Equal(t, "all 10 senders were busy", w.LastError())
	assert.Equal(t, []string{"load.a", "load.a"}, told)
}

func TestALoadThatPanicsIsAnError(t *testing.T) {
	s := sample.NewLoadSeries("load.a", time.Minute)
	err := sample.NewLoadRecorder(s, nil).Run(t.Context(), generatorFunc(func(context.Context, func(providers.LoadSample)) error { panic("nil map") }))
	assert.EqualError(t, err, "load.a: the load panicked, which is a bug of its provider: nil map")
}

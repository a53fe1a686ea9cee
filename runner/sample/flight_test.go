package sample_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/sample"
)

func TestSettleWaitsForWhatWasDueBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, 100*time.Millisecond, time.Second, answering(350*time.Millisecond))
		defer stop()
		s.Begin("baseline", start)
		time.Sleep(time.Second) // fake time
		boundary := start.Add(time.Second)
		s.Begin("fault", boundary)

		require.NoError(t, s.Settle(t.Context(), boundary))
		assert.Equal(t, 1250*time.Millisecond, time.Since(start), "the sample due at 0.9 s took 0.35 s")
		assert.EqualValues(t, 10, s.Phase("baseline").Count())
		assert.Positive(t, s.InFlight(), "what was due later is not waited for")
	})
}

func TestSettleWaitsForSamplesNotYetSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, time.Second, time.Second, answering(0))
		defer stop()
		require.NoError(t, s.Settle(t.Context(), start.Add(4500*time.Millisecond)))
		assert.EqualValues(t, 5, s.Between(start, start.Add(time.Hour)).Count())
	})
}

func TestSettleEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, 100*time.Millisecond, 10*time.Second, answering(9*time.Second))
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := s.Settle(ctx, start.Add(250*time.Millisecond))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "waiting for 3 samples of probe.a")
	})
}

func TestSettleEndsWithTheSampler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := sampling(t, time.Second, 10*time.Second, answering(5*time.Second))
		go func() {
			time.Sleep(2500 * time.Millisecond)
			stop()
		}()
		require.NoError(t, s.Settle(t.Context(), time.Now().Add(time.Hour)))
	})
}

func TestASeriesFedByHandIsSettled(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	s.Record(at(0, 0))
	require.NoError(t, s.Settle(t.Context(), epoch().Add(time.Hour)))
}

func TestHorizonIsWhereTheFirstAnswerIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, stop := sampling(t, time.Second, 10*time.Second, answering(4*time.Second))
		defer stop()
		assert.Equal(t, start, s.Horizon(start.Add(3500*time.Millisecond)), "nothing has been answered")
		require.NoError(t, s.Settle(t.Context(), start.Add(1500*time.Millisecond)))
		assert.Equal(t, start.Add(2*time.Second), s.Horizon(time.Now()), "those due at 0 s and 1 s have been")
		assert.Equal(t, start.Add(time.Second), s.Horizon(start.Add(time.Second)), "it is never later than asked for")
	})
}

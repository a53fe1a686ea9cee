package faultproxy

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBucketSpendsItsBurstThenItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(Rule{Rate: 8000, Buffer: 500}, time.Now()) // 1,000 bytes a second
		wait := func(n int) time.Duration { return time.Until(b.take(n, time.Now())) }
		assert.Zero(t, wait(500), "the burst")
		assert.Equal(t, 100*time.Millisecond, wait(100))
		assert.Equal(t, 200*time.Millisecond, wait(100), "behind the other's debt")
		time.Sleep(200 * time.Millisecond)
		assert.Equal(t, 50*time.Millisecond, wait(50))
		time.Sleep(time.Hour)
		assert.Zero(t, wait(500), "no more than the burst gathers")
		assert.Equal(t, time.Millisecond, wait(1))
	})
}

func TestBucketQuantumFollowsTheRate(t *testing.T) {
	for rate, want := range map[int64]int{8: 64, 8_000_000: 20_000, 1e12: largeBuffer} {
		assert.Equal(t, want, newBucket(Rule{Rate: rate}, time.Now()).quantum(), "%d bit/s", rate)
	}
}

func TestSleepEndsEarlyForEitherChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		began := time.Now()
		assert.True(t, sleep(timers{}, began.Add(time.Second), stop, nil))
		assert.Equal(t, time.Second, time.Since(began))
		go func() {
			time.Sleep(time.Second)
			close(stop)
		}()
		assert.False(t, sleep(timers{}, began.Add(time.Hour), nil, stop))
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.True(t, sleep(timers{}, began, stop, stop), "a moment that has passed is not waited for")
	})
}

func TestPacketsRipenAsTheirRulesEnd(t *testing.T) {
	now := time.Now()
	a, b := newActiveRule(Rule{Kind: Delay}, new(tally)), newActiveRule(Rule{Kind: Delay}, new(tally))
	p := packet{arrived: now, delays: []lag{{a, time.Second}, {b, time.Minute}}}
	assert.Equal(t, now.Add(61*time.Second), p.due())
	b.end()
	assert.Equal(t, now.Add(time.Second), p.due())
	a.end()
	assert.Equal(t, now, p.due())
}

func TestClockRingsInOrderAndNeverEarly(t *testing.T) {
	c := newClock()
	defer c.close()
	began := time.Now()
	late, cancelLate := c.alarm(began.Add(40 * time.Millisecond))
	defer cancelLate()
	dropped, cancelDropped := c.alarm(began.Add(10 * time.Millisecond))
	cancelDropped()
	cancelDropped()
	early, cancelEarly := c.alarm(began.Add(20 * time.Millisecond))
	defer cancelEarly()
	<-early
	assert.GreaterOrEqual(t, time.Since(began), 20*time.Millisecond)
	<-late
	assert.GreaterOrEqual(t, time.Since(began), 40*time.Millisecond)
	assert.Empty(t, dropped)
	past, cancelPast := c.alarm(began)
	defer cancelPast()
	<-past
}

func TestJitterStaysWithinItsBoundsAndHasItsMean(t *testing.T) {
	j := newJitter(Rule{Latency: 100 * time.Millisecond, Jitter: 30 * time.Millisecond, Seed: 5})
	sum := time.Duration(0)
	const draws = 10_000
	for range draws {
		d := j.next()
		require.GreaterOrEqual(t, d, 70*time.Millisecond)
		require.Less(t, d, 130*time.Millisecond)
		sum += d
	}
	assert.InDelta(t, 100, (sum/draws).Seconds()*1e3, 1)
	assert.Zero(t, newJitter(Rule{Jitter: time.Nanosecond}).latency)
	never := newJitter(Rule{Latency: time.Millisecond, Jitter: time.Second})
	for range 100 {
		require.GreaterOrEqual(t, never.next(), time.Duration(0))
	}
}

// TestJitterCorrelatesAsNetem: each value is (1-ρ)·fresh + ρ·last, so the lag-one
// autocorrelation is ρ.
func TestJitterCorrelatesAsNetem(t *testing.T) {
	for _, percent := range []float64{0, 25, 80} {
		j := newJitter(Rule{Latency: time.Second, Jitter: time.Second, Correlation: percent, Seed: 9})
		values := make([]float64, 20_000)
		for i := range values {
			values[i] = j.next().Seconds()
		}
		assert.InDelta(t, percent/100, autocorrelation(values), 0.03, "%v %%", percent)
	}
}

func autocorrelation(values []float64) float64 {
	mean := 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	num, den := 0.0, 0.0
	for i, v := range values {
		den += (v - mean) * (v - mean)
		if i > 0 {
			num += (v - mean) * (values[i-1] - mean)
		}
	}
	return num / den
}

func TestSameSeedSameDraws(t *testing.T) {
	rule := Rule{Latency: time.Second, Jitter: time.Second, Seed: 4}
	a, b := newJitter(rule), newJitter(rule)
	rule.Seed = 5
	c := newJitter(rule)
	differs := false
	for range 10 {
		want := a.next()
		require.Equal(t, want, b.next())
		differs = differs || want != c.next()
	}
	assert.True(t, differs)
	assert.Less(t, math.Abs(chance(1, 1)-0.5), 0.5)
}

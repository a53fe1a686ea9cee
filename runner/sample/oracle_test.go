package sample_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/runner/sample"
)

// oracle answers for points by looking at all of them.
type oracle []sample.Point

func (o oracle) between(from, to time.Time) oracle {
	return slices.DeleteFunc(slices.Clone(o), func(p sample.Point) bool { return p.Due.Before(from) || !p.Due.Before(to) })
}

func (o oracle) successes() (n int64) {
	for _, p := range o {
		if p.OK {
			n++
		}
	}
	return n
}

// quantile is the definition of nearest rank, word for word: the smallest
// latency that at least the share q does not exceed.
func (o oracle) quantile(q float64) time.Duration {
	var latencies []time.Duration
	for _, p := range o {
		latencies = append(latencies, p.Latency)
	}
	slices.Sort(latencies)
	for i, latency := range latencies {
		if float64(i+1)/float64(len(latencies)) >= q-1e-12 {
			return latency
		}
	}
	return 0
}

func drawPoint(t *rapid.T) sample.Point {
	latency := time.Duration(math.Exp(rapid.Float64Range(0, math.Log(float64(time.Hour))).Draw(t, "log latency")))
	p := at(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "due")), latency)
	if p.OK = rapid.Bool().Draw(t, "ok"); !p.OK {
		p.Error = "failed"
	}
	return p
}

func TestSlidingWindowsAgreeWithLookingAtEveryPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keep := time.Duration(rapid.Int64Range(0, int64(25*time.Second)).Draw(t, "keep"))
		s := sample.NewSeries("probe.a", cty.EmptyObject, keep)
		var all oracle
		newest := epoch()
		for range rapid.IntRange(0, 120).Draw(t, "points") {
			p := drawPoint(t)
			all = append(all, p)
			if p.Due.After(newest) {
				newest = p.Due
			}
			s.Record(p)
		}
		kept := all.between(newest.Add(-keep), newest.Add(1))
		from := epoch().Add(time.Duration(rapid.Int64Range(0, int64(21*time.Second)).Draw(t, "from")))
		to := from.Add(time.Duration(rapid.Int64Range(-1, int64(21*time.Second)).Draw(t, "length")))
		agree(t, kept.between(from, to), s.Between(from, to))
	})
}

func agree(t *rapid.T, want oracle, got sample.Window) {
	require.EqualValues(t, len(want), got.Count())
	require.Equal(t, want.successes(), got.SuccessCount())
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.95, 0.99, 1} {
		require.Equal(t, want.quantile(q), got.Quantile(q), "q=%v", q)
	}
}

func TestPhasesAgreeWithLookingAtEveryPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sample.NewSeries("probe.a", cty.EmptyObject, 0)
		bounds := []time.Time{epoch(), epoch().Add(5 * time.Second), epoch().Add(9 * time.Second), epoch().Add(time.Minute)}
		names := []string{"baseline", "fault", "recovery"}
		for i, name := range names {
			s.Begin(name, bounds[i])
		}
		var all oracle
		for range rapid.IntRange(0, 100).Draw(t, "points") {
			p := drawPoint(t)
			all = append(all, p)
			s.Record(p)
		}
		for i, name := range names {
			agree(t, all.between(bounds[i], bounds[i+1]), s.Phase(name))
		}
	})
}

// TestHistogramsAreWithinTheirPrecision holds what Window documents: at most
// 0.1 % above the exact quantile, or half a microsecond where that is more.
func TestHistogramsAreWithinTheirPrecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sample.NewSeries("probe.a", cty.EmptyObject, 0)
		s.Begin("fault", epoch())
		scale := rapid.Float64Range(1, math.Log(float64(time.Hour))).Draw(t, "scale")
		random := rapid.Uint64().Draw(t, "seed")
		var all oracle
		for i := range rapid.IntRange(1025, 3000).Draw(t, "points") {
			random = random*6364136223846793005 + 1442695040888963407
			p := at(time.Duration(i), time.Duration(math.Exp(scale*float64(random>>11)/(1<<53))))
			all = append(all, p)
			s.Record(p)
		}
		for _, q := range []float64{0.001, 0.5, 0.9, 0.95, 0.99, 0.999, 1} {
			exact, got := all.quantile(q), s.Phase("fault").Quantile(q)
			slack := max(time.Duration(float64(exact)*0.001), 512)
			require.GreaterOrEqual(t, got, exact, "q=%v", q)
			require.LessOrEqual(t, got, exact+slack, "q=%v", q)
		}
	})
}

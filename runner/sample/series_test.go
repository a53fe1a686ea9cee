package sample_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/runner/sample"
)

func TestPointsBelongToThePhaseInWhichTheyWereDue(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	s.Record(at(-time.Millisecond, time.Second)) // before any phase
	s.Begin("baseline", epoch())
	s.Record(at(0, time.Millisecond))
	s.Begin("fault", epoch().Add(time.Second))
	s.Record(at(999*time.Millisecond, 3*time.Second)) // of the baseline, answered during the fault
	s.Record(failed(time.Second, 2*time.Second, "refused"))
	s.End(epoch().Add(2 * time.Second))
	s.Record(at(2*time.Second, time.Hour)) // after the last phase

	baseline, fault := s.Phase("baseline"), s.Phase("fault")
	assert.EqualValues(t, 2, baseline.Count())
	assert.Equal(t, 3*time.Second, baseline.Max())
	assert.InDelta(t, 1, baseline.SuccessRatio(), 0)
	assert.Equal(t, time.Second, baseline.Duration())
	assert.EqualValues(t, 1, fault.Count())
	assert.Equal(t, "refused", fault.LastError())
	assert.Equal(t, 2*time.Second, fault.Quantile(0.99), "the latency of failures counts")
	assert.Zero(t, s.Phase("recovery").Count())
	assert.EqualValues(t, 5, s.Between(epoch().Add(-time.Minute), epoch().Add(time.Minute)).Count(), "sliding windows know no phases")
}

func TestAPhaseMayBeBegunALittleLate(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, 0)
	s.Begin("baseline", epoch())
	for i := range 100 {
		s.Record(at(time.Duration(i)*100*time.Millisecond, time.Duration(i)))
	}
	assert.EqualValues(t, 100, s.Phase("baseline").Count())
	s.Begin("fault", epoch().Add(9*time.Second))
	s.End(epoch().Add(9500 * time.Millisecond))
	assert.EqualValues(t, 90, s.Phase("baseline").Count())
	assert.EqualValues(t, 89, s.Phase("baseline").Max())
	assert.EqualValues(t, 5, s.Phase("fault").Count())
	assert.EqualValues(t, 90, s.Phase("fault").Min())
}

func TestAWindowIsASnapshot(t *testing.T) {
	for name, n := range map[string]int{"exact": 10, "packed": 2000} {
		t.Run(name, func(t *testing.T) {
			s := sample.NewSeries("probe.a", cty.EmptyObject, 0)
			s.Begin("fault", epoch())
			for i := range n {
				s.Record(at(time.Duration(i)*time.Millisecond, time.Duration(i%10+1)*time.Millisecond))
			}
			before := s.Phase("fault")
			for i := range n * 3 {
				s.Record(at(time.Duration(n+i)*time.Millisecond, time.Second))
			}
			assert.EqualValues(t, n, before.Count())
			assert.InEpsilon(t, 5*time.Millisecond, before.Quantile(0.5), 0.001)
			assert.Equal(t, 10*time.Millisecond, before.Max())
			assert.Equal(t, time.Second, s.Phase("fault").Quantile(0.5))
		})
	}
}

func TestLastIsTheNewestByDueTimeNotByArrival(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	s.Begin("fault", epoch())
	newest := at(2*time.Second, time.Millisecond)
	newest.Value = number(7)
	s.Record(newest)
	late := failed(time.Second, 2*time.Second, "slow")
	late.Value = number(3)
	s.Record(late)

	w := s.Phase("fault")
	last, found := w.Last()
	require.True(t, found)
	assert.Equal(t, newest.Due, last.Due)
	assert.Equal(t, "slow", w.LastError())
	assert.Equal(t, cty.NumberFloatVal(7), w.Value().GetAttr("value").GetAttr("last"))
	assert.Equal(t, cty.NumberFloatVal(5), w.Value().GetAttr("value").GetAttr("mean"))
}

func TestRecordTakesWhatNoWindowCouldHold(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, -time.Second)
	s.Begin("fault", epoch())
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		p := at(0, -time.Second)
		p.Value = number(bad)
		s.Record(p)
	}
	assert.Zero(t, s.Phase("fault").SuccessCount(), "without the number it has failed: it must not hide what is worst")
	assert.Equal(t, "the value is -Inf: expected a finite number", s.Phase("fault").LastError())
	v := s.Phase("fault").Value()
	assert.True(t, v.GetAttr("value").GetAttr("mean").IsNull())
	assert.Equal(t, cty.NumberFloatVal(0), v.GetAttr("latency").GetAttr("min"))
}

func TestLatenciesBeyondTheHistogramAreCut(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, 0)
	s.Begin("fault", epoch())
	for i := range 3000 {
		s.Record(at(time.Duration(i), 5*time.Hour))
	}
	w := s.Phase("fault")
	assert.Equal(t, 5*time.Hour, w.Max(), "the maximum is exact")
	assert.GreaterOrEqual(t, w.Quantile(0.99), time.Hour)
}

func TestALoadCountsWhatWasNeverSentAsOfferedOnly(t *testing.T) {
	s := sample.NewLoadSeries("load.a", time.Minute)
	s.Begin("fault", epoch())
	s.Record(at(0, time.Second))
	s.Record(failed(time.Second, 3*time.Second, "503"))
	s.Record(sample.Point{Due: epoch().Add(2 * time.Second), Error: "not sent"})
	s.End(epoch().Add(4 * time.Second))

	w := s.Phase("fault")
	assert.EqualValues(t, 3, w.Offered())
	assert.EqualValues(t, 2, w.Count())
	assert.InDelta(t, 0.5, w.SuccessRatio(), 0)
	assert.InDelta(t, 0.5, w.Rate(), 0)
	assert.Equal(t, time.Second, w.Min())
	assert.Equal(t, "not sent", w.LastError())
	assert.Equal(t, "not sent", w.LostError())
	assert.Zero(t, w.Lost())
	last, _ := w.Last()
	assert.Equal(t, "503", last.Error)
}

func TestAProbesUnsentSampleIsAFailure(t *testing.T) {
	s := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute)
	s.Record(sample.Point{Due: epoch(), Latency: time.Second, Error: "not sent: 3 still in flight"})
	w := s.Between(epoch(), epoch().Add(1))
	assert.EqualValues(t, 1, w.Count())
	assert.Zero(t, w.SuccessCount())
	assert.Equal(t, time.Second, w.Max())
}

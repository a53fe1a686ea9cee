package sample_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/runner/sample"
)

func TestFailuresAreCountedByWhatTheySaid(t *testing.T) {
	s, start := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute), time.Now()
	s.Begin("fault", start)
	for i, text := range []string{"", "refused", "status 502", "", "status 502"} {
		s.Record(sample.Point{Due: start.Add(time.Duration(i) * time.Millisecond), Sent: true, OK: text == "", Error: text})
	}
	want := []sample.Failure{{Error: "status 502", Count: 2}, {Error: "refused", Count: 1}}
	whole := s.Phase("fault")
	assert.Equal(t, want, whole.Failures())
	assert.Equal(t, want, s.Between(start, start.Add(time.Second)).Failures())
	s.Record(sample.Point{Due: start.Add(5 * time.Millisecond), Sent: true, Error: "refused"})
	assert.Equal(t, want, whole.Failures(), "a window does not change")
}

// However many ways there are of failing, few are kept and all are counted.
func TestFailuresAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, start := sample.NewSeries("probe.a", cty.EmptyObject, time.Minute), time.Now()
		s.Begin("fault", start)
		for i, n := range rapid.SliceOfN(rapid.IntRange(0, 40), 0, 200).Draw(t, "errors") {
			s.Record(sample.Point{Due: start.Add(time.Duration(i)), Sent: true, OK: n == 0, Error: strconv.Itoa(n)})
		}
		w := s.Phase("fault")
		var sum int64
		for _, failure := range w.Failures() {
			sum += failure.Count
		}
		assert.Equal(t, w.Count()-w.SuccessCount(), sum)
		assert.LessOrEqual(t, len(w.Failures()), 17)
	})
}

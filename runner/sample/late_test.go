package sample

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
)

// instant is a prober that answers at once.
type instant struct{}

func (instant) Sample(context.Context) providers.Sample { return providers.Sample{OK: true} }
func (instant) Close() error                            { return nil }

func TestASampleThatStartsLateIsAsSlowAsItWasLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSeries("probe.a", cty.EmptyObject, time.Minute)
		var sampler Sampler
		r := &run{ctx: t.Context(), counters: &sampler.counters, onPoint: func(string) {}}
		e := &entry{task: Task{Series: s, Prober: instant{}, Interval: time.Second, Timeout: time.Second}}
		due := time.Now()
		for _, lateness := range []time.Duration{LateThreshold, 30 * time.Millisecond} {
			time.Sleep(time.Until(due.Add(lateness)))
			r.flying.Add(1)
			r.attempt(e, due)
			assert.Equal(t, lateness, s.Between(due, due.Add(1)).Max(), "latency counts from the due time")
		}
		assert.Equal(t, Stats{Started: 2, Late: 1, MaxLateness: 30 * time.Millisecond, MeanLateness: 20 * time.Millisecond}, sampler.Stats())
	})
}

// TestLatenessDoesNotShiftTheSchedule takes everything at one moment, as a
// sampler does that was held up.
func TestLatenessDoesNotShiftTheSchedule(t *testing.T) {
	start := time.Now()
	plan := newSchedule([]Task{{Interval: 100 * time.Millisecond, Timeout: 1}, {Interval: 250 * time.Millisecond, Timeout: 1}}, start)
	var got []time.Duration
	for range 7 {
		_, due := plan.take()
		got = append(got, due.Sub(start)/time.Millisecond)
	}
	assert.Equal(t, []time.Duration{0, 100, 125, 200, 300, 375, 400}, got)
}

// TestTheScheduleIsInOrder holds for any tasks: what is taken is never due
// before what was taken last, and nothing is left out.
func TestTheScheduleIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Now()
		var tasks []Task
		for range rapid.IntRange(1, 40).Draw(t, "tasks") {
			interval := time.Duration(rapid.Int64Range(1, 50).Draw(t, "interval")) * time.Millisecond
			tasks = append(tasks, Task{Interval: interval, Timeout: 1})
		}
		plan := newSchedule(tasks, start)
		taken := map[*entry]int{}
		last := start
		const length = 500 * time.Millisecond
		for plan.next().Before(start.Add(length)) {
			e, due := plan.take()
			require.False(t, due.Before(last))
			last = due
			taken[e]++
		}
		for e, n := range taken {
			require.InDelta(t, float64(length)/float64(e.task.Interval), n, 1, "%s", e.task.Interval)
		}
		require.Len(t, taken, len(tasks))
	})
}

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

// waking is a run that goes on with what was due during the time before it began, as
// a process that was stopped does. It lasts less than one interval of the tests.
func waking(t *testing.T, plan schedule) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := &run{ctx: ctx, counters: new(counters), onPoint: func(string) {}}
	r.keep(plan)
	r.drain(plan)
}

func TestWhatGamedayMissedIsLostAndNotFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSeries("probe.a", cty.EmptyObject, time.Minute)
		start := time.Now()
		plan := newSchedule([]Task{{Series: s, Prober: instant{}, Interval: 100 * time.Millisecond, Timeout: 2 * time.Second}}, start)
		time.Sleep(20 * time.Second)
		waking(t, plan)
		w := s.Between(start, time.Now())
		assert.EqualValues(t, 201, w.Offered())
		assert.EqualValues(t, 180, w.Lost(), "due longer ago than the time-out")
		assert.Equal(t, "gameday was held up for 2.1s", w.LostError())
		assert.EqualValues(t, 21, w.SuccessCount(), "the rest is sent, %q", w.LastError())
		assert.Equal(t, 2*time.Second, w.Max())
	})
}

func TestASampleWhoseGoroutineComesTooLateIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSeries("probe.a", cty.EmptyObject, time.Minute)
		r := &run{ctx: t.Context(), counters: new(counters), onPoint: func(string) {}}
		e := &entry{task: Task{Series: s, Prober: instant{}, Interval: time.Second, Timeout: time.Second}}
		due := time.Now()
		time.Sleep(1001 * time.Millisecond)
		r.flying.Add(1)
		r.attempt(e, due)
		w := s.Between(due, due.Add(1))
		assert.EqualValues(t, 1, w.Lost())
		assert.Zero(t, w.Count())
		assert.Zero(t, r.counters.stats(), "the prober was not asked")
	})
}

// brief is a prober that answers after that time.
type brief time.Duration

func (b brief) Sample(context.Context) providers.Sample {
	time.Sleep(time.Duration(b))
	return providers.Sample{OK: true}
}
func (brief) Close() error { return nil }

func TestWhatABurstLeavesNoRoomForIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSeries("probe.a", cty.EmptyObject, time.Minute)
		start := time.Now()
		plan := newSchedule([]Task{{Series: s, Prober: brief(10 * time.Millisecond), Interval: 100 * time.Millisecond, Timeout: 2 * time.Second}}, start)
		plan[0].flying.Add(15) // the target hung before that: of 21 places six are left
		time.Sleep(2 * time.Second)
		waking(t, plan)
		w := s.Between(start, time.Now())
		assert.EqualValues(t, 6, w.SuccessCount())
		assert.EqualValues(t, 4, w.Lost())
		assert.EqualValues(t, 11, w.Count()-w.SuccessCount(), "what is hardly late is refused because of the target")
		assert.Equal(t, "not sent: 21 still in flight", w.LastError())
	})
}

func TestASampleIsExcusedWhenEvenItsTimersWereLate(t *testing.T) {
	task, at := Task{Timeout: 2 * time.Second}, time.Now()
	failed := Point{Due: at, Sent: true, Error: "no answer within 2s"}
	for name, test := range map[string]struct {
		took time.Duration
		p    Point
		want Point
	}{
		"in time":  {2 * time.Second, failed, failed},
		"given up": {3 * time.Second, failed, failed},
		"stopped":  {22 * time.Second, failed, Point{Due: at, Lost: true, Error: "gameday was held up for 22s"}},
		"answered": {22 * time.Second, Point{Due: at, OK: true}, Point{Due: at, OK: true}},
		"lost":     {22 * time.Second, Point{Due: at, Lost: true, Error: "its program is away"}, Point{Due: at, Lost: true, Error: "its program is away"}},
	} {
		assert.Equal(t, test.want, task.excuse(test.p, test.took), name)
	}
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

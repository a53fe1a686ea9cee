package plan

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/resolve"
)

func timed(name string, delay, duration time.Duration, dependsOn ...string) *resolve.Fault {
	return &resolve.Fault{
		Addr:  addr.Part{Kind: "fault", Name: name},
		Delay: delay, Duration: duration, DependsOn: dependsOn,
	}
}

func TestStarts(t *testing.T) {
	keyed := timed("k", 3*time.Second, time.Second)
	keyed.Addr.Key = addr.EachKey("a")
	tests := map[string]struct {
		faults    []*resolve.Fault
		want      []time.Duration
		lastStart time.Duration
		end       time.Duration
		latest    time.Duration
	}{
		"none":  {nil, []time.Duration{}, 0, 0, 0},
		"delay": {[]*resolve.Fault{timed("a", 2*time.Second, 5*time.Second)}, []time.Duration{2 * time.Second}, 2 * time.Second, 7 * time.Second, 7 * time.Second},
		"after a dependency": {
			[]*resolve.Fault{timed("a", time.Second, 9*time.Second), timed("b", 2*time.Second, time.Second, "fault.a")},
			[]time.Duration{time.Second, 3 * time.Second},
			3 * time.Second, 10 * time.Second, 13 * time.Second,
		},
		"written before its dependency": {
			[]*resolve.Fault{timed("b", 0, time.Second, "fault.a"), timed("a", time.Second, time.Second)},
			[]time.Duration{time.Second, time.Second},
			time.Second, 2 * time.Second, 3 * time.Second,
		},
		"the slowest dependency counts": {
			[]*resolve.Fault{timed("a", time.Second, time.Second), timed("b", 4*time.Second, time.Second), timed("c", time.Second, time.Second, "fault.a", "fault.b")},
			[]time.Duration{time.Second, 4 * time.Second, 5 * time.Second},
			5 * time.Second, 6 * time.Second, 7 * time.Second,
		},
		"a chain": {
			[]*resolve.Fault{timed("a", 0, 10*time.Second), timed("b", 0, 20*time.Second, "fault.a"), timed("c", time.Second, 5*time.Second, "fault.b")},
			[]time.Duration{0, 0, time.Second},
			time.Second, 20 * time.Second, 36 * time.Second,
		},
		"one instance": {
			[]*resolve.Fault{keyed, timed("b", 0, time.Second, `fault.k["a"]`)},
			[]time.Duration{3 * time.Second, 3 * time.Second},
			3 * time.Second, 4 * time.Second, 5 * time.Second,
		},
		"all instances": {
			[]*resolve.Fault{keyed, timed("b", 0, time.Second, "fault.k")},
			[]time.Duration{3 * time.Second, 3 * time.Second},
			3 * time.Second, 4 * time.Second, 5 * time.Second,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, schedule{test.want, test.lastStart, test.end, test.latest}, newSchedule(test.faults))
		})
	}
}

// TestStartsEndsOnCycles holds because resolve reports cycles: planning one
// must only not hang.
func TestStartsEndsOnCycles(t *testing.T) {
	got := starts([]*resolve.Fault{timed("a", 0, 0, "fault.b"), timed("b", 0, 0, "fault.a"), timed("c", 0, 0, "fault.c")}, atItsEnd)
	assert.Len(t, got, 3)
}

// TestStartsIsTheCriticalPath: every fault starts its delay after the last of
// its dependencies, and not a moment later.
func TestStartsIsTheCriticalPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "faults")
		faults := make([]*resolve.Fault, n)
		for i := range faults {
			delay := time.Duration(rapid.IntRange(0, 5000).Draw(t, "delay")) * time.Millisecond
			faults[i] = timed(fmt.Sprint(i), delay, time.Second)
			for j := range i {
				if rapid.Bool().Draw(t, "edge") {
					faults[i].DependsOn = append(faults[i].DependsOn, fmt.Sprintf("fault.%d", j))
				}
			}
		}
		got := starts(faults, atOnce)
		for i, f := range faults {
			var ready time.Duration
			for j := range i {
				for _, name := range f.DependsOn {
					if name == fmt.Sprintf("fault.%d", j) {
						ready = max(ready, got[j])
					}
				}
			}
			if got[i] != ready+f.Delay {
				t.Fatalf("fault %d starts at %s, want %s", i, got[i], ready+f.Delay)
			}
		}
	})
}

func TestPhasesAndLongest(t *testing.T) {
	e := &resolve.Experiment{
		Baseline: 3 * time.Second,
		Recovery: resolve.Recovery{Within: 10 * time.Second, Hold: 2 * time.Second},
		Faults:   []*resolve.Fault{timed("a", time.Second, 5*time.Second)},
		Probes:   []*resolve.Probe{{Timeout: 2 * time.Second}},
		Loads:    []*resolve.Load{{Timeout: 4 * time.Second}},
		Rollback: resolve.Rollback{Timeout: 30 * time.Second},
	}
	s := newSchedule(e.Faults)
	assert.Equal(t, []Phase{{"baseline", 3}, {"inject", 1}, {"hold", 5}, {"revert", 0}, {"recovery", 2}}, phases(e, s))
	assert.Equal(t, 11*time.Second, expected(e, s))
	assert.Equal(t, 29*time.Second, longest(e, s), "a rollback without actions takes no time")
	e.Rollback.Actions = []*resolve.Action{{}}
	assert.Equal(t, 59*time.Second, longest(e, s))

	e.Baseline = 0
	assert.Equal(t, []Phase{{"inject", 1}, {"hold", 5}, {"revert", 0}, {"recovery", 2}}, phases(e, s))
	assert.Equal(t, 52*time.Second, longest(e, s), "without a baseline nobody waits for its answers")
}

// TestWithoutFaultsThereIsNoRecovery: the engine returns after the baseline.
func TestWithoutFaultsThereIsNoRecovery(t *testing.T) {
	e := &resolve.Experiment{
		Baseline: 5 * time.Second,
		Recovery: resolve.Recovery{Within: 30 * time.Second, Hold: 2 * time.Second},
		Probes:   []*resolve.Probe{{Timeout: 2 * time.Second}},
		Rollback: resolve.Rollback{Timeout: 30 * time.Second, Actions: []*resolve.Action{{}}},
	}
	s := newSchedule(nil)
	assert.Equal(t, []Phase{{"baseline", 5}}, phases(e, s))
	assert.Equal(t, 5*time.Second, expected(e, s))
	assert.Equal(t, 7*time.Second, longest(e, s))

	e.Baseline = 0
	assert.Equal(t, []Phase{}, phases(e, s), "a list in JSON, too")
	assert.Zero(t, expected(e, s))
	assert.Zero(t, longest(e, s))
}

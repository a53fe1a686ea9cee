package prober

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// brief is a prober that answers after that time.
type brief time.Duration

func (b brief) Sample(context.Context) providers.Sample {
	time.Sleep(time.Duration(b))
	return providers.Sample{OK: true}
}
func (brief) Close() error { return nil }

func TestWhatThePodMissedIsLostAndNotFailed(t *testing.T) {
	for name, test := range map[string]struct {
		held             time.Duration
		flying           int32
		ok, lost, unsent int
	}{
		"longer than the time-out":         {held: 20 * time.Second, ok: 21, lost: 180},
		"with a target that hung before":   {held: 2 * time.Second, flying: 15, ok: 6, lost: 4, unsent: 11},
		"no more than its limit allows":    {held: time.Second, ok: 11},
		"not at all, with too many before": {flying: 21, unsent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &probe{prober: brief(10 * time.Millisecond), fields: cty.EmptyObject, timeout: 2 * time.Second}
				p.flying.Add(test.flying)
				st := newStream("1", time.Now(), &nothing{})
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				// A first sample that was due long ago is what a pod sees that stood still.
				require.NoError(t, p.run(ctx, wire.Start{Delay: -test.held, Interval: 100 * time.Millisecond}, st))
				ok, lost, unsent := counted(t, st)
				assert.Equal(t, []int{test.ok, test.lost, test.unsent}, []int{ok, lost, unsent})
			})
		})
	}
}

// odd is a prober that answers with a value, or panics where it has none.
type odd struct{ value *float64 }

func (o odd) Sample(context.Context) providers.Sample {
	return providers.Sample{OK: true, Value: new(*o.value)}
}
func (odd) Close() error { return nil }

// TestWhatNoFrameCanHold: infinity would end the conversation, for every probe of the pod.
func TestWhatNoFrameCanHold(t *testing.T) {
	infinity := math.Inf(1)
	p := &probe{prober: odd{&infinity}, fields: cty.EmptyObject, timeout: time.Second}
	got := p.sample(t.Context(), time.Now(), time.Now())
	assert.False(t, got.OK)
	assert.Nil(t, got.Value)
	assert.Equal(t, "the value is +Inf: expected a finite number", got.Error)
}

func TestAPanicSaysNothingOfTheTarget(t *testing.T) {
	p := &probe{prober: odd{}, fields: cty.EmptyObject, timeout: time.Second}
	got := p.sample(t.Context(), time.Now(), time.Now())
	assert.True(t, got.Lost)
	assert.Contains(t, got.Error, "the probe panicked, which is a bug of its provider")
}

// counted is what became of the samples of a stream.
func counted(t *testing.T, st *stream) (ok, lost, unsent int) {
	t.Helper()
	for _, d := range st.after(0) {
		for _, s := range d.Samples {
			switch {
			case s.Lost:
				require.True(t, strings.HasPrefix(s.Error, "the prober was held up for "), s.Error)
				lost++
			case s.Unsent:
				unsent++
			default:
				require.True(t, s.OK, s.Error)
				ok++
			}
		}
	}
	return ok, lost, unsent
}

func TestASampleOfAPodIsExcusedWhenEvenItsTimersWereLate(t *testing.T) {
	p := &probe{timeout: 2 * time.Second}
	failed := wire.Sample{Due: time.Second, Error: "no answer within 2s"}
	assert.Equal(t, failed, p.excuse(failed, 3*time.Second))
	assert.Equal(t, wire.Sample{Due: time.Second, Lost: true, Error: "the prober was held up for 22s"}, p.excuse(failed, 22*time.Second))
	assert.Equal(t, wire.Sample{OK: true}, p.excuse(wire.Sample{OK: true}, 22*time.Second))
}

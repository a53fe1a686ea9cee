package link_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/link"
)

// answering is a prober whose target answers after a time.
func answering(after time.Duration) func(context.Context) providers.Sample {
	return func(ctx context.Context) providers.Sample {
		select {
		case <-time.After(after):
			value := 7.0
			return providers.Sample{OK: true, Value: &value, Fields: cty.ObjectVal(map[string]cty.Value{
				"status": cty.NumberIntVal(200), "json": cty.ObjectVal(map[string]cty.Value{"up": cty.True}),
			})}
		case <-ctx.Done():
			return providers.Sample{Error: "no answer within 2s"}
		}
	}
}

// streaming runs a probe in a world until the test has looked at it.
func streaming(t *testing.T, w *world, interval time.Duration, look func(r *record)) {
	t.Helper()
	l := link.New(w.dial)
	defer w.kill()
	defer l.Close()
	probe, diags := l.Probe(t.Context(), opening(t, map[string]cty.Value{}), fieldType(), free)
	require.Empty(t, diags)
	r := &record{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- probe.Stream(ctx, r.request(interval)) }()
	look(r)
	cancel()
	require.NoError(t, <-done)
	require.NoError(t, probe.Close())
}

// later lets fake time pass.
func later(d time.Duration) { <-time.After(d); synctest.Wait() }

// beat is the interval of every schedule here.
const beat = 100 * time.Millisecond

// onBeat checks that every moment of the schedule was reported, once.
func onBeat(t *testing.T, samples []providers.TimedSample) {
	t.Helper()
	slices.SortFunc(samples, func(a, b providers.TimedSample) int { return a.Due.Compare(b.Due) })
	for i := 1; i < len(samples); i++ {
		assert.InDelta(t, beat, samples[i].Due.Sub(samples[i-1].Due), float64(5*time.Millisecond), "sample %d", i)
	}
}

func TestSamplesComeAsTheyWereTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		streaming(t, newWorld(t, kit{sample: answering(30 * time.Millisecond)}), 100*time.Millisecond, func(r *record) {
			start := time.Now()
			later(2 * time.Second)
			samples, lost := r.all()
			assert.Zero(t, lost)
			assert.InDelta(t, 20, len(samples), 1)
			onBeat(t, samples)
			first := samples[0]
			assert.WithinDuration(t, start, first.Due, 5*time.Millisecond)
			assert.True(t, first.OK)
			assert.Equal(t, 30*time.Millisecond, first.Took, "the way here is no part of it")
			assert.InDelta(t, 7, *first.Value, 0)
			for _, s := range samples {
				assert.True(t, s.Fields.GetAttr("json").GetAttr("up").True(), "what did not change is there all the same")
			}
			assert.WithinDuration(t, time.Now(), r.complete, 200*time.Millisecond)
		})
	})
}

func TestACutPathLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{sample: answering(10 * time.Millisecond)})
		streaming(t, w, 100*time.Millisecond, func(r *record) {
			later(2 * time.Second)
			w.cut("the API server is away")
			before, _ := r.all()
			later(20 * time.Second)
			during, _ := r.all()
			assert.Len(t, during, len(before), "nothing comes through")
			w.mend()
			later(4 * time.Second)
			samples, lost := r.all()
			assert.Zero(t, lost)
			assert.InDelta(t, 260, len(samples), 3, "it went on by itself")
			onBeat(t, samples)
			for _, s := range samples {
				assert.True(t, s.OK)
				assert.Equal(t, 10*time.Millisecond, s.Took)
			}
		})
	})
}

func TestWhatDoesNotComeInTimeIsLostAndNotFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{sample: answering(0)})
		streaming(t, w, 100*time.Millisecond, func(r *record) {
			later(time.Second)
			w.cut("the API server is away")
			later(50 * time.Second)
			samples, lost := r.all()
			assert.InDelta(t, 230, lost, 15, "what was due 27 s ago and more")
			onBeat(t, samples)
			assert.Contains(t, samples[len(samples)-1].Error, "the API server is away")
			w.mend()
			later(4 * time.Second)
			samples, after := r.all()
			assert.InDelta(t, lost, after, 11, "what was given up is not taken back, and the rest has come")
			assert.InDelta(t, 550, len(samples), 5)
			onBeat(t, samples)
		})
	})
}

func TestANewProberGoesOnWhereTheLastOneWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{sample: answering(0)})
		streaming(t, w, 100*time.Millisecond, func(r *record) {
			later(2 * time.Second)
			w.cut("the node is gone")
			later(3 * time.Second)
			w.replace()
			w.mend()
			later(5 * time.Second)
			samples, lost := r.all()
			assert.InDelta(t, 40, lost, 12, "while there was none")
			assert.InDelta(t, 100, len(samples), 3)
			onBeat(t, samples)
		})
	})
}

func TestASlowTargetFailsOnItsOwnTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		streaming(t, newWorld(t, kit{sample: answering(time.Hour)}), 500*time.Millisecond, func(r *record) {
			later(5 * time.Second)
			samples, lost := r.all()
			assert.Zero(t, lost)
			require.NotEmpty(t, samples)
			assert.False(t, samples[0].OK)
			assert.Equal(t, 2*time.Second, samples[0].Took)
			assert.WithinDuration(t, time.Now().Add(-2*time.Second), r.complete, time.Second, "later ones are still under way")
		})
	})
}

func TestAPathThatSaysNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{sample: answering(0)})
		streaming(t, w, 100*time.Millisecond, func(r *record) {
			later(time.Second)
			w.hang() // nobody closes it: a dead node does not say goodbye
			later(3 * time.Second)
			before, _ := r.all()
			assert.InDelta(t, 10, len(before), 2)
			later(7 * time.Second)
			samples, lost := r.all()
			assert.InDelta(t, 110, len(samples), 3, "another path brought what was kept meanwhile")
			assert.Zero(t, lost)
			onBeat(t, samples)
		})
	})
}

func TestAProberSaysWhyItRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{})
		l := link.New(w.dial)
		defer w.kill()
		defer l.Close()
		_, diags := l.Probe(t.Context(), opening(t, map[string]cty.Value{"refuse": cty.StringVal("no such port")}), fieldType(), free)
		require.True(t, diags.HasErrors())
		assert.Equal(t, "Refused", diags[0].Summary)
		assert.Equal(t, "no such port.", diags[0].Detail)

		unknown := opening(t, map[string]cty.Value{})
		unknown.Type = "grpc"
		_, diags = l.Probe(t.Context(), unknown, fieldType(), free)
		require.True(t, diags.HasErrors())
		assert.Contains(t, diags[0].Detail, "no probe of type grpc")
	})
}

func TestAnOpeningThatNobodyHearsSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{})
		w.cut("ImagePullBackOff: no such image")
		l := link.New(w.dial)
		defer w.kill()
		defer l.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, diags := l.Probe(ctx, opening(t, map[string]cty.Value{}), fieldType(), free)
		require.True(t, diags.HasErrors())
		assert.Contains(t, diags[0].Detail, "ImagePullBackOff: no such image")
	})
}

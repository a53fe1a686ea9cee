//go:build e2e

package inside_test

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/http"
)

func oks(samples []providers.TimedSample) (n int) {
	for _, s := range samples {
		if s.OK {
			n++
		}
	}
	return n
}

func lost(samples []providers.TimedSample) (n int) {
	for _, s := range samples {
		if s.Lost {
			n++
		}
	}
	return n
}

// failed is what speaks against the target.
func failed(samples []providers.TimedSample) (all []providers.TimedSample) {
	for _, s := range samples {
		if !s.OK && !s.Lost {
			all = append(all, s)
		}
	}
	return all
}

// gaps is the longest time between two moments that were reported.
func gaps(samples []providers.TimedSample) (longest time.Duration) {
	slices.SortFunc(samples, func(a, b providers.TimedSample) int { return a.Due.Compare(b.Due) })
	for i := 1; i < len(samples); i++ {
		longest = max(longest, samples[i].Due.Sub(samples[i-1].Due))
	}
	return longest
}

func TestAServiceIsReachedByItsName(t *testing.T) {
	f := newFixture(t)
	opened := time.Now()
	r := f.probe(t, "http://payments/healthz")
	t.Logf("the prober was there after %s", time.Since(opened))
	samples := r.until(t, func(all []providers.TimedSample) bool { return oks(all) >= 50 })
	var took []time.Duration
	for _, s := range samples {
		took = append(took, s.Took)
		assert.Positive(t, s.Took)
		assert.Less(t, s.Took, 2*time.Second)
		assert.WithinRange(t, s.Due, opened, time.Now())
	}
	slices.Sort(took)
	t.Logf("an answer took %s (median), %s at most", took[len(took)/2], took[len(took)-1])
	assert.Less(t, took[len(took)/2], 50*time.Millisecond, "the way through the API server is no part of it")
	assert.Zero(t, lost(samples))
	assert.InDelta(t, 200, must(samples[0].Fields.GetAttr("status").AsBigFloat().Int64()), 0)

	probers := f.probers(t)
	require.Len(t, probers, 1, "one for the run and its environment")
	second := f.probe(t, "http://nobody/healthz")
	second.until(t, func(all []providers.TimedSample) bool { return len(all) >= 5 })
	assert.Contains(t, second.all()[0].Error, "does not resolve")
	assert.Len(t, f.probers(t), 1, "shared by everything that runs inside")
}

func must(n int64, _ any) int64 { return n }

func TestTheProberGoesWhenNothingNeedsItAnyMore(t *testing.T) {
	f := newFixture(t)
	t.Run("in use", func(t *testing.T) {
		f.probe(t, "http://payments/healthz")
		require.Len(t, f.probers(t), 1)
	})
	require.Eventually(t, func() bool { return len(f.probers(t)) == 0 }, patience, 100*time.Millisecond)
}

func TestAKilledTargetFailsWhileTheProberGoesOn(t *testing.T) {
	f := newFixture(t)
	r := f.probe(t, "http://payments/healthz")
	r.until(t, func(all []providers.TimedSample) bool { return oks(all) >= 10 })
	require.NoError(t, f.cluster.Typed.AppsV1().Deployments(f.space).Delete(t.Context(), "payments", metav1.DeleteOptions{}))
	samples := r.until(t, func(all []providers.TimedSample) bool {
		return len(all) > 40 && len(all)-oks(all) > 20
	})
	assert.Zero(t, lost(samples))
	assert.Less(t, gaps(samples), 300*time.Millisecond, "it goes on measuring")
}

func TestMeasuringGoesOnWhileTheWayToTheClusterIsCut(t *testing.T) {
	f := newFixture(t)
	r := f.probe(t, "http://payments/healthz")
	r.until(t, func(all []providers.TimedSample) bool { return oks(all) >= 10 })
	f.path.setCut(true)
	cut := time.Now()
	const away = 20 * time.Second
	for timer := time.NewTimer(away); ; {
		<-timer.C
		break
	}
	before := len(r.all())
	f.path.setCut(false)
	samples := r.until(t, func(all []providers.TimedSample) bool { return len(all) > before+200 })
	during := slices.DeleteFunc(slices.Clone(samples), func(s providers.TimedSample) bool {
		return s.Due.Before(cut) || s.Due.After(cut.Add(away))
	})
	assert.InDelta(t, 200, len(during), 6)
	assert.Zero(t, lost(samples))
	assert.Equal(t, len(during), oks(during))
	assert.Less(t, gaps(samples), 300*time.Millisecond)
	assert.Len(t, f.probers(t), 1, "it is the same pod")
}

func TestAProberThatIsDeletedIsReplaced(t *testing.T) {
	f := newFixture(t)
	r := f.probe(t, "http://"+f.pod(t)+"/healthz") // the next prober may come to a node that does not know the new service yet
	r.until(t, func(all []providers.TimedSample) bool { return oks(all) >= 10 })
	first := f.probers(t)[0]
	require.NoError(t, f.cluster.Typed.CoreV1().Pods(f.space).Delete(t.Context(), first.Name, metav1.DeleteOptions{}))
	deleted := time.Now()
	samples := r.until(t, func(all []providers.TimedSample) bool {
		return len(all) > 0 && lost(all) > 0 && all[len(all)-1].OK && all[len(all)-1].Due.After(deleted.Add(2*time.Second))
	})
	t.Logf("%d of %d samples are lost", lost(samples), len(samples))
	assert.Less(t, gaps(samples), 300*time.Millisecond, "what nobody measured is reported as lost")
	assert.Empty(t, failed(samples), "and not as failed")
	assert.NotEqual(t, first.Name, f.probers(t)[len(f.probers(t))-1].Name)
}

func TestALoadFromInsideReachesItsRate(t *testing.T) {
	f := newFixture(t)
	of := http.New().Types().Loads[0]
	generator, diags := f.hub.OpenLoad(t.Context(), f.through, f.request(t, of, `
		url  = "http://payments/healthz"
		rate = 200
	`, 5*time.Second))
	require.Empty(t, diags)
	var mu sync.Mutex
	var samples []providers.LoadSample
	const length = 5 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	require.NoError(t, generator.Run(ctx, func(s providers.LoadSample) { mu.Lock(); defer mu.Unlock(); samples = append(samples, s) }))
	closer, ok := generator.(io.Closer)
	require.True(t, ok)
	require.NoError(t, closer.Close())
	good, slowest := 0, time.Duration(0)
	for _, s := range samples {
		if s.Sent && s.OK {
			good++
		}
		slowest = max(slowest, s.Latency)
	}
	t.Logf("%d requests in %s, %d answered, the slowest after %s", len(samples), length, good, slowest)
	assert.InDelta(t, 1000, len(samples), 30)
	assert.GreaterOrEqual(t, good, len(samples)*95/100)
}

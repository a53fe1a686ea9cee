package link_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/link"
)

// loading runs a load in a world, and returns what it reported.
func loading(t *testing.T, w *world, during func()) (samples []providers.LoadSample, complete time.Time) {
	t.Helper()
	l := link.New(w.dial)
	defer w.kill()
	defer l.Close()
	generator, diags := l.Load(t.Context(), opening(t, map[string]cty.Value{}), free)
	require.Empty(t, diags)
	completer, ok := generator.(providers.Completer)
	require.True(t, ok)
	var mu sync.Mutex
	completer.OnComplete(func(before time.Time) { mu.Lock(); defer mu.Unlock(); complete = before })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- generator.Run(ctx, func(s providers.LoadSample) { mu.Lock(); defer mu.Unlock(); samples = append(samples, s) })
	}()
	during()
	cancel()
	require.NoError(t, <-done)
	mu.Lock()
	defer mu.Unlock()
	return samples, complete
}

func TestALoadIsOfferedAtItsRateAndAnsweredToTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{every: 2 * time.Millisecond, answer: 300 * time.Millisecond})
		var ended time.Time
		samples, complete := loading(t, w, func() { later(4 * time.Second); ended = time.Now() })
		assert.InDelta(t, 2000, len(samples), 10)
		for _, s := range samples {
			assert.Equal(t, 300*time.Millisecond, s.Latency)
			assert.True(t, s.OK && s.Sent)
		}
		assert.WithinDuration(t, ended, samples[len(samples)-1].Due, 10*time.Millisecond, "what was sent last is waited for")
		assert.WithinDuration(t, ended, complete, 10*time.Millisecond)
	})
}

func TestWhatANewProberDidNotOfferCountsAsOfferedAndNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{every: 10 * time.Millisecond})
		samples, _ := loading(t, w, func() {
			later(2 * time.Second)
			w.cut("the node is gone")
			later(2 * time.Second)
			w.replace()
			w.mend()
			later(4 * time.Second)
		})
		unsent := 0
		for _, s := range samples {
			if !s.Sent {
				unsent++
				assert.Contains(t, s.Error, "replaced")
			}
		}
		assert.InDelta(t, 800, len(samples), 20)
		assert.InDelta(t, 250, unsent, 110)
	})
}

func TestALoadThatIsNeverRunIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kit{every: time.Second})
		l := link.New(w.dial)
		defer w.kill()
		defer l.Close()
		freed := false
		generator, diags := l.Load(t.Context(), opening(t, map[string]cty.Value{}), func() error { freed = true; return nil })
		require.Empty(t, diags)
		closer, ok := generator.(interface{ Close() error })
		require.True(t, ok)
		require.NoError(t, closer.Close())
		assert.True(t, freed)
	})
}

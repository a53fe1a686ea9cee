package pool

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWorksInOrderOfTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1, Unbounded)
		release := make(chan struct{})
		var order []int
		for i := range 5 {
			go func() {
				assert.NoError(t, p.Do(t.Context(), func() { <-release; order = append(order, i) }))
			}()
			synctest.Wait()
			assert.Equal(t, i, p.Depth())
		}
		close(release)
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2, 3, 4}, order)
		assert.Zero(t, p.Depth())
	})
}

func TestShedsWhatTheQueueCannotHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(2, 3)
		release := make(chan struct{})
		var done, shed atomic.Int32
		for range 9 {
			go func() {
				if err := p.Do(t.Context(), func() { <-release }); err != nil {
					assert.ErrorIs(t, err, ErrFull)
					shed.Add(1)
					return
				}
				done.Add(1)
			}()
		}
		synctest.Wait()
		assert.EqualValues(t, 4, shed.Load(), "nine callers, two workers, three places")
		assert.Equal(t, 3, p.Depth())
		close(release)
		synctest.Wait()
		assert.EqualValues(t, 5, done.Load())
	})
}

func TestGivesUpWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1, Unbounded)
		release := make(chan struct{})
		go func() { assert.NoError(t, p.Do(t.Context(), func() { <-release })) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() { failed <- p.Do(ctx, func() { t.Error("the work of a caller who left was done") }) }()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-failed, context.Canceled)
		assert.Zero(t, p.Depth())
		close(release)
	})
}

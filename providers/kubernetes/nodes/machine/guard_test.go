package machine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGuardLooksTwice: an act that arrives just after the deadline is taken back, too.
func TestGuardLooksTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var at []time.Duration
		err := order{}.mendTwice(t.Context(), func(context.Context) error {
			at = append(at, time.Since(begun))
			if len(at) == 1 {
				return errors.New("the runtime is busy")
			}
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{0, retryEvery, retryEvery + settle}, at)
	})
}

// TestGuardIsEnded while it waits for its second look, by whoever has undone the step.
func TestGuardIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		looks := 0
		require.NoError(t, order{}.mendTwice(ctx, func(context.Context) error { looks++; return nil }))
		assert.Equal(t, 1, looks)
	})
}

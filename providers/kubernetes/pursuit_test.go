package kubernetes

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPursuitEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		stop bool
		want time.Duration
	}{
		"when it is stopped": {stop: true, want: time.Second},
		"at its deadline":    {want: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var p pursuits
				begun, runs := time.Now(), 0
				ended := make(chan time.Duration, 1)
				for range 2 { // twice is once
					p.start("id", begun.Add(time.Minute), func(ctx context.Context) {
						runs++
						<-ctx.Done()
						ended <- time.Since(begun)
					})
				}
				if tt.stop {
					time.Sleep(time.Second)
					require.NoError(t, p.stop(t.Context(), "id"))
				}
				assert.Equal(t, tt.want, <-ended)
				assert.Equal(t, 1, runs)
				require.NoError(t, p.stop(t.Context(), "id"), "again")
				require.NoError(t, p.stop(t.Context(), "never begun"))
			})
		})
	}
}

// TestStopWaits for what is under way, as long as it is told to.
func TestStopWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pursuits
		p.start("id", time.Now().Add(time.Hour), func(ctx context.Context) {
			<-ctx.Done()
			time.Sleep(time.Minute) // does not listen at once
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, p.stop(ctx, "id"), context.DeadlineExceeded)
		time.Sleep(time.Minute) // nothing may be left running in the bubble
	})
}

package pause_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		assert.True(t, pause.For(ctx, 2*time.Second))
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.False(t, pause.For(ctx, 2*time.Second), "the context ends first")
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

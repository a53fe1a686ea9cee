package checkout

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

func TestOutboxTriesAtItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		var tries []time.Duration
		box := newOutbox(3, time.Second, func(context.Context, purchase.Order) error {
			tries = append(tries, time.Since(start))
			if len(tries) < 3 {
				return errors.New("down")
			}
			return nil
		}, slog.New(slog.DiscardHandler))
		go box.run(ctx)
		assert.True(t, box.offer(purchase.Order{ID: "a"}))
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		assert.Equal(t, []time.Duration{0, time.Second, 2 * time.Second}, tries)
		assert.Zero(t, box.depth())
	})
}

func TestOutboxDropsWhatPaymentsRejects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		box := newOutbox(3, time.Second, func(context.Context, purchase.Order) error {
			tries++
			return &web.StatusError{Code: http.StatusUnprocessableEntity}
		}, slog.New(slog.DiscardHandler))
		go box.run(ctx)
		box.offer(purchase.Order{ID: "a"})
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		assert.Equal(t, 1, tries)
		assert.Zero(t, box.depth())
	})
}

func TestOutboxHoldsNoMoreThanItsSize(t *testing.T) {
	box := newOutbox(2, time.Second, nil, nil)
	assert.True(t, box.offer(purchase.Order{}))
	assert.True(t, box.offer(purchase.Order{}))
	assert.False(t, box.offer(purchase.Order{}))
	assert.Equal(t, 2, box.depth())
}

package checkout

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
)

// outbox keeps orders that were accepted and not charged, and charges them one
// after the other once that works again. It lives in memory: what is left when
// the process ends is logged and lost, which a real shop could not afford.
type outbox struct {
	orders   chan purchase.Order
	held     atomic.Int64 // including the one being charged
	interval time.Duration
	charge   func(context.Context, purchase.Order) error
	log      *slog.Logger
}

func newOutbox(size int, interval time.Duration, charge func(context.Context, purchase.Order) error, log *slog.Logger) *outbox {
	return &outbox{orders: make(chan purchase.Order, size), interval: interval, charge: charge, log: log}
}

// offer takes an order, or returns false if there is no room.
func (o *outbox) offer(order purchase.Order) bool {
	o.held.Add(1)
	select {
	case o.orders <- order:
		return true
	default:
		o.held.Add(-1)
		return false
	}
}

func (o *outbox) depth() int { return int(o.held.Load()) }

// run charges until ctx ends.
func (o *outbox) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			o.close()
			return
		case order := <-o.orders:
			if !o.settle(ctx, order) {
				o.close()
				return
			}
			o.held.Add(-1)
		}
	}
}

// settle charges one order, again and again until it worked or was rejected.
// False means that ctx ended first.
func (o *outbox) settle(ctx context.Context, order purchase.Order) bool {
	for {
		err := o.charge(ctx, order)
		if err == nil {
			return true
		}
		if rejected(err) {
			o.log.Warn("a deferred payment was rejected", "order", order.ID, "error", err)
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(o.interval):
		}
	}
}

func (o *outbox) close() {
	if n := o.depth(); n > 0 {
		o.log.Warn("deferred payments are lost", "orders", n)
	}
}

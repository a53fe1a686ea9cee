package checkout

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/breaker"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/pool"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

const (
	chargeTimeout  = 150 * time.Millisecond // far above a healthy charge, far below a customer's patience
	chargesAtOnce  = 16                     // so that payments cannot take all of checkout
	breakAfter     = 5                      // failures in a row
	breakFor       = 500 * time.Millisecond
	outboxSize     = 10_000 // orders; beyond that purchases are refused
	outboxInterval = 100 * time.Millisecond
)

// errPaymentsDown means that payments is not being asked at the moment.
var errPaymentsDown = errors.New("payments is not answering in time")

// resilient gives payments a time-out, stops asking when it does not answer,
// and meanwhile takes orders on trust: accepted now, charged later.
type resilient struct {
	payments *web.Client
	breaker  *breaker.Breaker
	bulkhead *pool.Pool
	outbox   *outbox
}

func newResilient(payments string, metrics *web.Metrics, log *slog.Logger) *resilient {
	r := &resilient{
		payments: web.NewClient(payments, chargeTimeout),
		breaker:  breaker.New(breaker.Config{Failures: breakAfter, Cooldown: breakFor}),
		bulkhead: pool.New(chargesAtOnce, 0),
	}
	r.outbox = newOutbox(outboxSize, outboxInterval, r.charge, log)
	web.QueueDepth(metrics, "payments", r.bulkhead)
	metrics.Gauge("shop_breaker_state", "0 closed, 1 half-open, 2 open.", map[string]string{"dependency": "payments"},
		func() float64 { return float64(r.breaker.State()) })
	metrics.Gauge("shop_payments_deferred", "Orders accepted and not charged yet.", nil,
		func() float64 { return float64(r.outbox.depth()) })
	return r
}

func (r *resilient) settle(ctx context.Context, order purchase.Order) (purchase.Payment, error) {
	err := r.charge(ctx, order)
	switch {
	case err == nil:
		return purchase.Paid, nil
	case rejected(err):
		return "", err
	case !r.outbox.offer(order):
		return "", pool.ErrFull
	}
	return purchase.Pending, nil
}

// charge asks payments if the breaker and the bulkhead let it.
func (r *resilient) charge(ctx context.Context, order purchase.Order) error {
	done, ok := r.breaker.Allow()
	if !ok {
		return errPaymentsDown
	}
	var receipt purchase.Receipt
	asked := errPaymentsDown
	full := r.bulkhead.Do(ctx, func() { asked = r.payments.Post(ctx, "/charge", order, &receipt) })
	done(full == nil && (asked == nil || rejected(asked)))
	return asked
}

func (r *resilient) run(ctx context.Context) {
	r.outbox.run(ctx)
	r.payments.Close()
}

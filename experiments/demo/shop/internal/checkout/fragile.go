package checkout

import (
	"context"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/pool"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

// fragile settles one order after the other and waits for payments as long as
// payments likes. It also settles the orders of customers who have left: the
// queue only ever gets shorter by work.
type fragile struct {
	payments *web.Client
	queue    *pool.Pool
}

func newFragile(payments string, metrics *web.Metrics) *fragile {
	f := &fragile{payments: web.NewClient(payments, 0), queue: pool.New(1, pool.Unbounded)}
	web.QueueDepth(metrics, "payments", f.queue)
	return f
}

func (f *fragile) settle(ctx context.Context, order purchase.Order) (purchase.Payment, error) {
	ctx = context.WithoutCancel(ctx)
	var receipt purchase.Receipt
	var charged error
	if err := f.queue.Do(ctx, func() { charged = f.payments.Post(ctx, "/charge", order, &receipt) }); err != nil {
		return "", err
	}
	return receipt.Payment, charged
}

func (f *fragile) run(ctx context.Context) {
	<-ctx.Done()
	f.payments.Close()
}

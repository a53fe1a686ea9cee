// Package checkout takes purchases, POST /checkout, and has payments charge
// them. Its two variants are the lesson of the demo.
package checkout

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/pool"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/variant"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

// Config says how checkout is built.
type Config struct {
	Variant  variant.Variant
	Payments string // base URL
}

// A cashier settles an order: paid, or pending, or an error.
type cashier interface {
	settle(ctx context.Context, order purchase.Order) (purchase.Payment, error)
	run(ctx context.Context)
}

// Service is the checkout service.
type Service struct {
	http.Handler

	cashier   cashier
	purchases *prometheus.CounterVec
}

// New makes the checkout service. Run must run beside it.
func New(cfg Config, metrics *web.Metrics, log *slog.Logger) *Service {
	s := &Service{purchases: metrics.Counters("shop_purchases_total", "Purchases by outcome.", "outcome")}
	if cfg.Variant == variant.Fragile {
		s.cashier = newFragile(cfg.Payments, metrics)
	} else {
		s.cashier = newResilient(cfg.Payments, metrics, log)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /checkout", s.checkout)
	s.Handler = mux
	return s
}

// Run does the work that no request waits for, until ctx ends.
func (s *Service) Run(ctx context.Context) { s.cashier.run(ctx) }

func (s *Service) checkout(w http.ResponseWriter, r *http.Request) {
	var order purchase.Order
	if !web.ReadJSON(w, r, &order) {
		return
	}
	payment, err := s.cashier.settle(r.Context(), order)
	if err != nil {
		s.purchases.WithLabelValues("refused").Inc()
		web.WriteError(w, statusOf(err), err.Error())
		return
	}
	s.purchases.WithLabelValues(string(payment)).Inc()
	web.WriteJSON(w, http.StatusOK, purchase.Receipt{ID: order.ID, Payment: payment})
}

// statusOf blames the order, the load or the service behind.
func statusOf(err error) int {
	switch {
	case errors.Is(err, pool.ErrFull):
		return http.StatusServiceUnavailable
	case rejected(err):
		return http.StatusUnprocessableEntity
	default:
		return http.StatusBadGateway
	}
}

// rejected reports whether payments refused this order, which says nothing
// about the health of payments.
func rejected(err error) bool {
	status, ok := errors.AsType[*web.StatusError](err)
	return ok && status.Code >= 400 && status.Code < 500 && status.Code != http.StatusTooManyRequests
}

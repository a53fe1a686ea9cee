// Package storefront is what customers see: GET / and POST /buy.
package storefront

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/pool"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/variant"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

// Config says how the storefront is built.
type Config struct {
	Variant  variant.Variant
	Checkout string // base URL
}

// layout is how a variant shares out its workers and its patience.
type layout struct {
	pages, purchases *pool.Pool
	checkoutTimeout  time.Duration // of one attempt; 0 waits for ever
	attempts         int           // how often checkout is asked when it gives no answer at all
	keepsLeavers     bool          // works on for customers who have left
}

// layoutOf is where the variants differ. The fragile one has one small pool
// for everything: when purchases hang, pages do too.
func layoutOf(v variant.Variant) layout {
	if v == variant.Fragile {
		shared := pool.New(4, pool.Unbounded)
		return layout{pages: shared, purchases: shared, attempts: 1, keepsLeavers: true}
	}
	return layout{pages: pool.New(8, 64), purchases: pool.New(32, 128), checkoutTimeout: 300 * time.Millisecond, attempts: 3}
}

// Service is the storefront service.
type Service struct {
	http.Handler

	layout   layout
	checkout *web.Client
}

// New makes the storefront service.
func New(cfg Config, metrics *web.Metrics) *Service {
	l := layoutOf(cfg.Variant)
	s := &Service{layout: l, checkout: web.NewClient(cfg.Checkout, l.checkoutTimeout)}
	web.QueueDepth(metrics, "purchases", l.purchases)
	if l.pages != l.purchases {
		web.QueueDepth(metrics, "pages", l.pages)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("POST /buy", s.buy)
	s.Handler = mux
	return s
}

func (s *Service) home(w http.ResponseWriter, r *http.Request) {
	if err := s.layout.pages.Do(s.context(r), func() { writeHome(w) }); err != nil {
		refuse(w, err)
	}
}

func (s *Service) buy(w http.ResponseWriter, r *http.Request) {
	item, ok := find(r.URL.Query().Get("item"))
	if !ok {
		web.WriteError(w, http.StatusNotFound, "no such item: the catalogue is at /")
		return
	}
	order := purchase.Order{ID: rand.Text(), Item: item.Name, Cents: item.Cents}
	ctx := s.context(r)
	var receipt purchase.Receipt
	var bought error
	if err := s.layout.purchases.Do(ctx, func() { bought = s.ask(ctx, order, &receipt) }); err != nil {
		refuse(w, err)
		return
	}
	if bought != nil {
		refuse(w, bought)
		return
	}
	web.WriteJSON(w, http.StatusOK, receipt)
}

// context is that of the request, unless the variant keeps working for
// customers who have left.
func (s *Service) context(r *http.Request) context.Context {
	if s.layout.keepsLeavers {
		return context.WithoutCancel(r.Context())
	}
	return r.Context()
}

// refuse tells the customer whether to come back later or to give up.
func refuse(w http.ResponseWriter, err error) {
	status, fromCheckout := errors.AsType[*web.StatusError](err)
	switch {
	case errors.Is(err, pool.ErrFull), fromCheckout && status.Code == http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
		web.WriteError(w, http.StatusServiceUnavailable, "the shop is full")
	case fromCheckout && status.Code < http.StatusInternalServerError:
		web.WriteError(w, http.StatusUnprocessableEntity, "the order was rejected: "+status.Error())
	default:
		web.WriteError(w, http.StatusBadGateway, "checkout does not answer")
	}
}

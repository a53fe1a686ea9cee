package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/checkout"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/payments"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/storefront"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

// service builds the service that opts names, and what has to run beside its
// handler.
func service(opts options, metrics *web.Metrics, log *slog.Logger) (http.Handler, []func(context.Context), error) {
	switch opts.service {
	case "payments":
		return payments.New(payments.Config{Work: opts.work}, metrics), nil, nil
	case "checkout":
		if err := needURL("PAYMENTS", opts.payments); err != nil {
			return nil, nil, err
		}
		svc := checkout.New(checkout.Config{Variant: opts.variant, Payments: opts.payments}, metrics, log)
		return svc, []func(context.Context){svc.Run}, nil
	case "storefront":
		if err := needURL("CHECKOUT", opts.checkout); err != nil {
			return nil, nil, err
		}
		return storefront.New(storefront.Config{Variant: opts.variant, Checkout: opts.checkout}, metrics), nil, nil
	}
	return nil, nil, fmt.Errorf("unknown service %q: expected storefront, checkout or payments", opts.service)
}

// needURL finds a wrong address at the start rather than at the first purchase.
func needURL(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s is not set: expected a base URL, such as http://127.0.0.1:8081", name)
	}
	u, err := url.Parse(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%s is %q: expected a base URL, such as http://127.0.0.1:8081", name, value)
	}
	return nil
}

// Command shop is the demo that gameday's experiments run against: a shop of
// three services, each a process of its own.
//
//	shop storefront   pages and purchases; asks checkout
//	shop checkout     takes purchases; asks payments
//	shop payments     charges cards
//
// Addresses come from the environment: LISTEN for the own one, CHECKOUT and
// PAYMENTS for the URLs of the service behind.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := run(ctx, os.Args[1:], os.Getenv, log)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

// run is main without the process around it. It ends when ctx does.
func run(ctx context.Context, args []string, getenv func(string) string, log *slog.Logger) error {
	opts, err := parse(args, getenv)
	if err != nil {
		return err
	}
	if opts.listen == "" {
		return errors.New("LISTEN is not set: expected the address to serve on, such as 127.0.0.1:8080")
	}
	log = log.With("service", opts.service, "variant", opts.variant)
	metrics := web.NewMetrics()
	handler, background, err := service(opts, metrics, log)
	if err != nil {
		return err
	}
	if !warm(ctx, opts.warmup) {
		return nil
	}
	return web.Serve(ctx, opts.listen, web.Wrap(handler, metrics), log, background...)
}

// warm waits as long as filling caches would take. False means that ctx ended
// first: there is nothing to serve any more.
func warm(ctx context.Context, duration time.Duration) bool {
	if duration <= 0 {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(duration):
		return true
	}
}

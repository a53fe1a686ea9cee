package main

import (
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/variant"
)

// options is what the command line and the environment say.
type options struct {
	service  string // "storefront", "checkout" or "payments"
	variant  variant.Variant
	listen   string // host:port
	checkout string // base URL
	payments string // base URL
	work     int    // rounds of hashing that one charge costs
	warmup   time.Duration
}

func parse(args []string, getenv func(string) string) (options, error) {
	if len(args) == 0 {
		return options{}, errors.New("expected a service: storefront, checkout or payments")
	}
	opts := options{
		service:  args[0],
		variant:  variant.Resilient,
		listen:   getenv("LISTEN"),
		checkout: getenv("CHECKOUT"),
		payments: getenv("PAYMENTS"),
	}
	flags := flag.NewFlagSet("shop "+opts.service, flag.ContinueOnError)
	flags.TextVar(&opts.variant, "variant", opts.variant, "fragile: no time-outs, one queue; resilient: time-outs, breaker, shedding")
	flags.IntVar(&opts.work, "work", 4000, "payments: rounds of SHA-256 that one charge costs, about 0.1 ms a thousand")
	flags.DurationVar(&opts.warmup, "warmup", 0, "how long after its start the service begins to listen, as one that fills its caches first")
	if err := flags.Parse(args[1:]); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q: after the service only flags are expected", flags.Arg(0))
	}
	return opts, nil
}

// Command meter is both ends of the traffic by which the tests measure faults inside
// pods: a server that answers everything at once, and clients that say as JSON what they
// saw. It knows nothing of gameday.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "meter: %s\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return serve(ctx)
	}
	measure, known := map[string]func(context.Context, []string) (any, error){
		"udp": udp, "icmp": ping, "tcp": tcp, "rate": rate, "http": requests, "grpc": calls, "dns": lookUp, "burn": burn, "space": space, "clock": clock,
	}[args[0]]
	if !known {
		return fmt.Errorf("unknown measurement %q: expected udp, icmp, tcp, rate, http, grpc, dns, burn, space or clock", args[0])
	}
	seen, err := measure(ctx, args[1:])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(seen)
}

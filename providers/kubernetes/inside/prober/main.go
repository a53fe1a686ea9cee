package prober

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// Role is the argument by which the agent is a prober.
const Role = "prober"

// Port is where a prober listens, on loopback only: who reaches it has come
// through the API server, which asked who it is.
const Port = 4717

// Idle is how long a prober goes on without anybody who takes what it measures:
// longer than an API server may be away, and then the runner is gone.
const Idle = time.Minute

// Main runs the role until nobody wants it any more, or it is told to end, and
// returns the exit code.
func Main(set *providers.Set, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet(Role, flag.ContinueOnError)
	flags.SetOutput(stderr)
	port := flags.Int("port", Port, "port on loopback to listen on")
	idle := flags.Duration("idle", Idle, "end after this time without a connection")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := listen(ctx, set, *port, *idle); err != nil {
		fmt.Fprintf(stderr, "prober: %s\n", err)
		return 1
	}
	return 0
}

func listen(ctx context.Context, set *providers.Set, port int, idle time.Duration) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	return New(set).Serve(ctx, listener, idle)
}

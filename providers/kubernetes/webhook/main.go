package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Role is the agent's argument that runs Main.
const Role = "webhook"

// Variables of the environment by which the server gets its certificate.
const (
	VariableCert = "GAMEDAY_WEBHOOK_CERT"
	VariableKey  = "GAMEDAY_WEBHOOK_KEY"
)

const (
	headerWithin = 5 * time.Second
	endWithin    = time.Second
)

// Main serves until it is told to end, and returns the exit code. Args are
// "-listen ADDRESS" and "-latency DURATION".
func Main(args []string, stderr io.Writer) int {
	if err := run(args, stderr); err != nil {
		fmt.Fprintln(stderr, "gameday webhook:", err)
		return 1
	}
	return 0
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet(Role, flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("listen", ":8443", "address to serve at")
	latency := flags.Duration("latency", time.Second, "how late every answer is")
	if err := flags.Parse(args); err != nil {
		return err
	}
	certificate, err := tls.X509KeyPair([]byte(os.Getenv(VariableCert)), []byte(os.Getenv(VariableKey)))
	if err != nil {
		return fmt.Errorf("read the certificate in %s and %s: %w", VariableCert, VariableKey, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	return Serve(ctx, listener, certificate, Handler(*latency))
}

// Serve serves with TLS until ctx ends, and closes the listener. What is being
// answered then has a moment to end.
func Serve(ctx context.Context, listener net.Listener, certificate tls.Certificate, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerWithin,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(listener, "", "") }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	err := server.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	_ = <-failed //nolint:staticcheck // only waits: that the server is closed is known
	return err
}

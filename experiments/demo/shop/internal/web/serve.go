// Package web is what the shop's services share: serving until told to stop,
// health, metrics, JSON in and out.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// grace is how long requests in flight may take to end after a SIGTERM.
const grace = 2 * time.Second

// Wrap adds /healthz, which speaks for this process alone, and /metrics to
// service, and measures what service answers.
func Wrap(service http.Handler, metrics *Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.Handle("GET /metrics", metrics.handler())
	mux.Handle("/", metrics.measure(service))
	return mux
}

// Serve answers on addr until ctx ends, then lets the requests in flight end
// for at most two seconds. background runs beside it, with a context that ends
// with the serving.
func Serve(ctx context.Context, addr string, handler http.Handler, log *slog.Logger, background ...func(context.Context)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("cannot serve: %w", err)
	}
	log.Info("serving", "address", listener.Addr().String())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}

	ctx, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	for _, run := range background {
		beside.Go(func() { run(ctx) })
	}
	defer beside.Wait()
	defer cancel()

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving ended: %w", err)
	case <-ctx.Done():
		return shutdown(ctx, server, log)
	}
}

func shutdown(ctx context.Context, server *http.Server, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("requests still in flight are cut off", "after", grace)
		return server.Close()
	}
	return err
}

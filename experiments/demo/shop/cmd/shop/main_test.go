package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const soon = 10 * time.Second

func TestSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		env  map[string]string
		err  string
	}{
		{"nothing", nil, nil, "expected a service: storefront, checkout or payments"},
		{"unknown service", []string{"stock"}, map[string]string{"LISTEN": ":0"}, `unknown service "stock"`},
		{"unknown variant", []string{"checkout", "-variant", "strong"}, nil, "expected fragile or resilient"},
		{"stray argument", []string{"payments", "now"}, nil, `unexpected argument "now"`},
		{"no address", []string{"payments"}, nil, "LISTEN is not set"},
		{"no payments", []string{"checkout"}, map[string]string{"LISTEN": ":0"}, "PAYMENTS is not set"},
		{"bad checkout", []string{"storefront"}, map[string]string{"LISTEN": ":0", "CHECKOUT": "checkout:80"}, "expected a base URL"},
		{"bad address", []string{"payments"}, map[string]string{"LISTEN": "nowhere"}, "cannot serve"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := run(t.Context(), c.args, func(k string) string { return c.env[k] }, slog.New(slog.DiscardHandler))
			assert.ErrorContains(t, err, c.err)
		})
	}
}

// start runs a service until the test ends and returns its base URL.
func start(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	env["LISTEN"] = freeAddress(t)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		assert.NoError(t, run(ctx, args, func(k string) string { return env[k] }, slog.New(slog.DiscardHandler)))
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	url := "http://" + env["LISTEN"]
	require.Eventually(t, func() bool {
		resp, err := http.Get(url + "/healthz")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, soon, 10*time.Millisecond)
	return url
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func send(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestWholeShop(t *testing.T) {
	for _, v := range []string{"fragile", "resilient"} {
		t.Run(v, func(t *testing.T) {
			payments := start(t, map[string]string{}, "payments", "-work", "10")
			checkout := start(t, map[string]string{"PAYMENTS": payments}, "checkout", "-variant", v)
			storefront := start(t, map[string]string{"CHECKOUT": checkout}, "storefront", "-variant", v)

			status, body := send(t, "POST", storefront+"/buy")
			assert.Equal(t, http.StatusOK, status)
			assert.Contains(t, body, `"payment":"paid"`)

			_, metrics := send(t, "GET", storefront+"/metrics")
			assert.Contains(t, metrics, `shop_http_requests_total{code="200",route="POST /buy"} 1`)
			_, metrics = send(t, "GET", checkout+"/metrics")
			assert.Contains(t, metrics, `shop_purchases_total{outcome="paid"} 1`)
			_, metrics = send(t, "GET", payments+"/metrics")
			assert.Contains(t, metrics, `shop_charges_total{kind="first"} 1`)
		})
	}
}

// TestWarmsUpFirst looks at a service that is told to begin late, in a bubble in
// which waiting takes no time.
func TestWarmsUpFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		assert.True(t, warm(t.Context(), 3*time.Second))
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.True(t, warm(t.Context(), 0))
	})
}

// TestEndsWhileItWarmsUp is a SIGTERM to a service that does not listen yet.
func TestEndsWhileItWarmsUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := map[string]string{"LISTEN": "127.0.0.1:0"}
	assert.NoError(t, run(ctx, []string{"payments", "-warmup", "1h"}, func(k string) string { return env[k] }, slog.New(slog.DiscardHandler)))
}

// TestDeferredOrdersAreChargedOnce puts a slow hop before a real payments, as
// an experiment does, and counts the charges after it is gone.
func TestDeferredOrdersAreChargedOnce(t *testing.T) {
	payments := start(t, map[string]string{}, "payments", "-work", "10")
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-time.After(time.Second): // late, but the charge still happens
		}
		resp, err := http.Post(payments+r.URL.Path, "application/json", r.Body) // outlives the caller, as a slow network does
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(slow.Close)
	checkout := start(t, map[string]string{"PAYMENTS": slow.URL}, "checkout", "-variant", "resilient")
	storefront := start(t, map[string]string{"CHECKOUT": checkout}, "storefront", "-variant", "resilient")

	const orders = 20
	for range orders {
		status, body := send(t, "POST", storefront+"/buy")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `"payment":"pending"`)
	}
	close(release)
	require.Eventually(t, func() bool {
		_, metrics := send(t, "GET", checkout+"/metrics")
		return strings.Contains(metrics, "shop_payments_deferred 0")
	}, soon, 20*time.Millisecond)
	_, metrics := send(t, "GET", payments+"/metrics")
	assert.Contains(t, metrics, fmt.Sprintf(`shop_charges_total{kind="first"} %d`, orders))
}

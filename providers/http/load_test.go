package http_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

// offer runs a load until so many requests have been reported.
func offer(t *testing.T, body string, requests int64) []providers.LoadSample {
	t.Helper()
	generator, diags := loadType().Open(t.Context(), providers.OpenRequest{
		Address: "experiment.e.load.l", Timeout: 5 * time.Second,
		Config: bodytest.Decode(t, loadType().Schema(), body),
	})
	require.Empty(t, diags)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	samples := make(chan providers.LoadSample, 10*requests)
	var reported atomic.Int64
	require.NoError(t, generator.Run(ctx, func(s providers.LoadSample) {
		samples <- s
		if reported.Add(1) == requests {
			cancel()
		}
	}))
	close(samples)
	var all []providers.LoadSample
	for s := range samples {
		all = append(all, s)
	}
	return all
}

func TestLoadOnARealServer(t *testing.T) {
	var served atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.Header.Get("X-Shop") != "a" || string(body) != "item" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	samples := offer(t, fmt.Sprintf("url = %q\nmethod = \"POST\"\nheaders = { X-Shop = \"a\" }\nbody = \"item\"\nrate = 500", server.URL), 50)
	assert.GreaterOrEqual(t, len(samples), 50)
	assert.EqualValues(t, len(samples), served.Load())
	for _, s := range samples {
		assert.True(t, s.OK && s.Sent, s.Error)
		assert.Positive(t, s.Latency)
	}
}

func TestLoadSaysWhatWentWrong(t *testing.T) {
	server := serve(t, shop)
	for path, want := range map[string]string{
		"/busy":   "expected status 2xx, got 503: payments: circuit open",
		"/broken": "the answer broke off: unexpected EOF",
		"/long":   "",
	} {
		samples := offer(t, fmt.Sprintf("url = %q\nrate = 100", server.URL+path), 3)
		for _, s := range samples {
			assert.Equal(t, want, s.Error)
			assert.Equal(t, want == "", s.OK)
			assert.True(t, s.Sent)
		}
	}
	for _, s := range offer(t, fmt.Sprintf("url = %q\nrate = 100\nexpect { status = [\"503\"] }", server.URL+"/busy"), 3) {
		assert.True(t, s.OK, s.Error)
	}
}

func BenchmarkLoad(b *testing.B) {
	server := serve(b, shop)
	generator, diags := loadType().Open(b.Context(), providers.OpenRequest{
		Timeout: time.Second,
		Config:  bodytest.Decode(b, loadType().Schema(), fmt.Sprintf("url = %q\nrate = 2000", server.URL+"/health")),
	})
	require.Empty(b, diags)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var reported, failed atomic.Int64
	require.NoError(b, generator.Run(ctx, func(s providers.LoadSample) {
		if !s.OK {
			failed.Add(1)
		}
		if reported.Add(1) == int64(b.N) {
			cancel()
		}
	}))
	b.ReportMetric(float64(failed.Load()), "failed")
}

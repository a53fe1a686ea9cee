package http_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers"
	gdhttp "github.com/gameday-dev/gameday/providers/http"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func probeType() providers.Probe { return gdhttp.New().Types().Probes[0] }

func loadType() providers.Load { return gdhttp.New().Types().Loads[0] }

// serve is a server that ends with the test.
func serve(tb testing.TB, handler http.HandlerFunc) *httptest.Server {
	tb.Helper()
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	return server
}

// open makes a prober of a body in HCL, which is closed with the test.
func open(tb testing.TB, body string) providers.Prober {
	tb.Helper()
	prober, diags := tryOpen(tb, body)
	require.Empty(tb, diags)
	tb.Cleanup(func() { require.NoError(tb, prober.Close()) })
	return prober
}

func tryOpen(tb testing.TB, body string) (providers.Prober, providers.Diagnostics) {
	tb.Helper()
	return probeType().Open(tb.Context(), providers.OpenRequest{
		Address: "experiment.e.probe.p", Timeout: 5 * time.Second,
		Config: bodytest.Decode(tb, probeType().Schema(), body),
	})
}

// sampled takes one sample.
func sampled(tb testing.TB, body string) providers.Sample {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 5*time.Second)
	defer cancel()
	sample := open(tb, body).Sample(ctx)
	require.Equal(tb, sample.OK, sample.Error == "", "an error if and only if not OK: %+v", sample)
	return sample
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

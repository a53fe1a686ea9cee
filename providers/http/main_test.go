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
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// open makes a prober of a body in HCL, which is closed with the test.
func open(t testing.TB, body string) providers.Prober {
	t.Helper()
	prober, diags := tryOpen(t, body)
	require.Empty(t, diags)
	t.Cleanup(func() { require.NoError(t, prober.Close()) })
	return prober
}

func tryOpen(t testing.TB, body string) (providers.Prober, providers.Diagnostics) {
	t.Helper()
	return probeType().Open(t.Context(), providers.OpenRequest{
		Address: "experiment.e.probe.p", Timeout: 5 * time.Second,
		Config: bodytest.Decode(t, probeType().Schema(), body),
	})
}

// sampled takes one sample.
func sampled(t testing.TB, body string) providers.Sample {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	sample := open(t, body).Sample(ctx)
	require.Equal(t, sample.OK, sample.Error == "", "an error if and only if not OK: %+v", sample)
	return sample
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

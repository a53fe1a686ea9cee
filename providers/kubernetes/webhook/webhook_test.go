package webhook_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const asked = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1","operation":"CREATE"}}`

func TestAnswerIsLateAndAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got := httptest.NewRecorder()
		webhook.Handler(2*time.Second).ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhook.ReviewPath, strings.NewReader(asked)))
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.Equal(t, http.StatusOK, got.Code)
		assert.JSONEq(t, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"u-1","allowed":true}}`, got.Body.String())
	})
}

// TestReachedAtOnce: by one kind of request that would store nothing it can be told that the API server
// reaches the webhook, whatever its latency. It is refused, as its answer could not be told otherwise.
func TestReachedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		late    bool
	}{
		"that request":             {`"dryRun":true,"object":{"metadata":{"name":"` + webhook.ReachedName("01ABC") + `"}}`, false},
		"it would store something": {`"object":{"metadata":{"name":"` + webhook.ReachedName("01ABC") + `"}}`, true},
		"another name":             {`"dryRun":true,"object":{"metadata":{"name":"settings"}}`, true},
		"an object that is gone":   {`"dryRun":true,"object":null`, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got := httptest.NewRecorder()
				body := `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1",` + c.request + `}}`
				webhook.Handler(time.Hour).ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhook.ReviewPath, strings.NewReader(body)))
				assert.Equal(t, c.late, time.Since(began) == time.Hour)
				var review struct {
					Response struct {
						Allowed bool
						Status  struct{ Message string }
					}
				}
				require.NoError(t, json.Unmarshal(got.Body.Bytes(), &review))
				assert.Equal(t, c.late, review.Response.Allowed)
				assert.NotEqual(t, c.late, review.Response.Status.Message == webhook.Reached)
			})
		})
	}
}

func TestHealthIsNotLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got := httptest.NewRecorder()
		webhook.Handler(time.Hour).ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, webhook.HealthPath, http.NoBody))
		assert.Equal(t, http.StatusOK, got.Code)
		assert.Zero(t, time.Since(began))
	})
}

// TestGivenUp: nothing waits on for an API server that has closed the connection.
func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		got := httptest.NewRecorder()
		webhook.Handler(time.Hour).ServeHTTP(got, httptest.NewRequestWithContext(ctx, http.MethodPost, webhook.ReviewPath, strings.NewReader(asked)))
		assert.Equal(t, time.Second, time.Since(began))
		assert.Empty(t, got.Body.String())
	})
}

func TestWhatIsNoReview(t *testing.T) {
	for name, body := range map[string]string{"no JSON": "hello", "no request": `{"kind":"AdmissionReview"}`} {
		t.Run(name, func(t *testing.T) {
			got := httptest.NewRecorder()
			webhook.Handler(0).ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhook.ReviewPath, strings.NewReader(body)))
			assert.Equal(t, http.StatusBadRequest, got.Code)
		})
	}
}

// TestServe serves on a real socket with a certificate of its own, which a client
// trusts that knows nothing else.
func TestServe(t *testing.T) {
	const name = "gameday-1.shop.svc"
	made, err := webhook.NewCertificate(name, time.Now().Add(time.Hour))
	require.NoError(t, err)
	pair, err := tls.X509KeyPair([]byte(made.Cert), []byte(made.Key))
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- webhook.Serve(ctx, listener, pair, webhook.Handler(time.Millisecond)) }()

	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(made.Cert)))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS12}}
	client := http.Client{Transport: transport}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+listener.Addr().String()+webhook.ReviewPath, strings.NewReader(asked))
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	var review struct{ Response struct{ Allowed bool } }
	require.NoError(t, json.Unmarshal(text, &review))
	assert.True(t, review.Response.Allowed)

	transport.CloseIdleConnections()
	stop()
	assert.NoError(t, <-ended)
}

func TestMainRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"an unknown flag": {[]string{"-port", "1"}, "not defined: -port"},
		"no certificate":  {nil, webhook.VariableCert},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			assert.Equal(t, 1, webhook.Main(c.args, &said))
			assert.Contains(t, said.String(), c.says)
		})
	}
}

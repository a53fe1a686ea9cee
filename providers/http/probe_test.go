package http_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
)

// shop answers by path: status and body.
func shop(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/health":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"state": "up", "queue": {"depth": 3}}`)
	case "/busy":
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "\n  payments: circuit open\nat frame 1\n")
	case "/empty":
		w.WriteHeader(http.StatusNoContent)
	case "/moved":
		http.Redirect(w, r, "/health", http.StatusFound)
	case "/loop":
		http.Redirect(w, r, "/loop", http.StatusFound)
	case "/long":
		_, _ = io.WriteString(w, strings.Repeat("x", 100<<10))
	case "/broken":
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "short")
	case "/echo":
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.Header.Get("X-Token"), body)
	default:
		http.NotFound(w, r)
	}
}

func TestSamples(t *testing.T) {
	server := serve(t, shop)
	for _, test := range []struct{ name, path, body, err string }{
		{name: "2xx is right by default", path: "/health"},
		{name: "204", path: "/empty"},
		{name: "503", path: "/busy", err: "expected status 2xx, got 503: payments: circuit open"},
		{name: "404 without a default", path: "/nowhere", err: "expected status 2xx, got 404: 404 page not found"},
		{name: "status", path: "/busy", body: `expect { status = ["200", "5xx"] }`},
		{name: "wrong status", path: "/health", body: `expect { status = ["201", "3xx"] }`, err: `expected status 201 or 3xx, got 200: {"state": "up", "queue": {"depth": 3}}`},
		{name: "wrong status, no body", path: "/empty", body: `expect { status = ["200"] }`, err: `expected status 200, got 204`},
		{name: "redirect", path: "/moved"},
		{name: "redirect not followed", path: "/moved", body: `follow_redirects = false`, err: `expected status 2xx, got 302: <a href="/health">Found</a>.`},
		{name: "redirect expected", path: "/moved", body: "follow_redirects = false\nexpect {\n status = [\"302\"]\n headers = { Location = \"^/health$\" }\n}"},
		{name: "endless redirects", path: "/loop", err: "stopped after 10 redirects"},
		{name: "body", path: "/health", body: `expect { body_matches = "up" }`},
		{name: "wrong body", path: "/health", body: `expect { body_matches = "^down" }`, err: `expected the body to match "^down", got "{\"state\": \"up\", \"queue\": {\"depth\": 3}}"`},
		{name: "headers", path: "/health", body: `expect { headers = { content-type = "^application/json" } }`},
		{name: "missing header", path: "/health", body: `expect { headers = { Etag = "." } }`, err: `expected the header Etag to match ".", got []`},
		{name: "json", path: "/health", body: `expect { json = { ".state" = "up", "$.queue.depth" = 3 } }`},
		{name: "wrong json", path: "/health", body: `expect { json = { ".state" = "down" } }`, err: `expected .state to be "down", got "up"`},
		{name: "too long for json", path: "/long", body: `expect { json = { "." = 1 } }`, err: "expected JSON of at most 65536 bytes, got 102400 bytes"},
		{name: "broken off", path: "/broken", err: "the answer broke off: unexpected EOF"},
		{name: "no value", path: "/empty", body: `value_regex = "[0-9]+"`, err: `value_regex "[0-9]+" matches nothing in nothing`},
	} {
		t.Run(test.name, func(t *testing.T) {
			sample := sampled(t, fmt.Sprintf("url = %q\n%s", server.URL+test.path, test.body))
			assert.Equal(t, test.err, sample.Error)
			if sample.Fields != cty.NilVal {
				assert.Empty(t, sample.Fields.Type().TestConformance(probeType().SampleType()))
			}
		})
	}
}

func TestFieldsAndValue(t *testing.T) {
	server := serve(t, shop)
	sample := sampled(t, fmt.Sprintf("url = %q\nvalue_json = \".queue.depth\"", server.URL+"/health"))
	require.True(t, sample.OK, sample.Error)
	assert.InDelta(t, 3, *sample.Value, 0)
	fields := sample.Fields.AsValueMap()
	assert.Equal(t, cty.NumberIntVal(200), fields["status"])
	assert.Equal(t, cty.NumberIntVal(38), fields["bytes"])
	assert.Equal(t, cty.StringVal("up"), fields["json"].GetAttr("state"))
	assert.Equal(t, cty.StringVal("application/json; charset=utf-8"), fields["headers"].Index(cty.StringVal("content-type")))
	assert.Contains(t, fields["body"].AsString(), `"state": "up"`)
}

func TestLongBodiesAreCutAndDrained(t *testing.T) {
	server := serve(t, shop)
	fields := sampled(t, fmt.Sprintf("url = %q", server.URL+"/long")).Fields
	assert.Len(t, fields.GetAttr("body").AsString(), 64<<10)
	assert.Equal(t, cty.NumberIntVal(100<<10), fields.GetAttr("bytes"))
	assert.True(t, fields.GetAttr("json").IsNull())
}

func TestTheRequestIsSentAsConfigured(t *testing.T) {
	server := serve(t, shop)
	sample := sampled(t, fmt.Sprintf(`
		url     = %q
		method  = "PUT"
		headers = { Host = "shop.example", X-Token = "t0k3n" }
		body    = "{}"`, server.URL+"/echo"))
	assert.Equal(t, "PUT shop.example t0k3n {}", sample.Fields.GetAttr("body").AsString())
}

func TestConnections(t *testing.T) {
	for body, want := range map[string]int64{"": 1, "keep_alive = false": 5} {
		t.Run(body, func(t *testing.T) {
			var opened atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(shop))
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			prober := open(t, fmt.Sprintf("url = %q\n%s", server.URL+"/long", body))
			for range 5 {
				require.True(t, prober.Sample(t.Context()).OK)
			}
			assert.Equal(t, want, opened.Load())
		})
	}
}

func TestATimeoutSaysHowLong(t *testing.T) {
	released := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-released:
		}
	})
	defer close(released)
	prober := open(t, fmt.Sprintf("url = %q", server.URL))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.Equal(t, "no answer within 5s", prober.Sample(ctx).Error)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, "stopped before the answer came", prober.Sample(ctx).Error)
}

func TestUnreachableServers(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	assert.Equal(t, "connection refused: nothing listens at "+address, sampled(t, fmt.Sprintf("url = %q", "http://user:secret@"+address)).Error)
}

func TestAResetConnection(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			assert.NoError(t, conn.(*net.TCPConn).SetLinger(0))
			assert.NoError(t, conn.Close())
		}
	})
	assert.Equal(t, "connection reset by the peer", sampled(t, fmt.Sprintf("url = %q\nmethod = \"POST\"", server.URL)).Error)
}

// TestSamplesInParallel is for the race detector: one prober, many samples.
func TestSamplesInParallel(t *testing.T) {
	server := serve(t, shop)
	prober := open(t, fmt.Sprintf("url = %q\nvalue_json = \".queue.depth\"\nexpect { json = { \".state\" = \"up\" } }", server.URL+"/health"))
	results := make(chan providers.Sample)
	for range 50 {
		go func() { results <- prober.Sample(t.Context()) }()
	}
	for range 50 {
		sample := <-results
		assert.True(t, sample.OK, sample.Error)
	}
}

func BenchmarkSample(b *testing.B) {
	server := serve(b, shop)
	prober := open(b, fmt.Sprintf("url = %q\nexpect { json = { \".state\" = \"up\" } }", server.URL+"/health"))
	for b.Loop() {
		if sample := prober.Sample(b.Context()); !sample.OK {
			b.Fatal(sample.Error)
		}
	}
}

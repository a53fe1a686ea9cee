package transparent_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// TestHTTPFaults has each fault act on requests that match in every respect, and on no other.
func TestHTTPFaults(t *testing.T) {
	const latency = 50 * time.Millisecond
	for name, c := range map[string]struct {
		rule string
		hit  func(t *testing.T, a answer, took time.Duration)
	}{
		"http_delay": {`"latency":50000000`, func(t *testing.T, a answer, took time.Duration) {
			t.Helper()
			require.NoError(t, a.err)
			assert.Equal(t, "PUT /pay/1 hello", a.body)
			assert.GreaterOrEqual(t, took, latency)
		}},
		"http_abort": {`"seed":1`, func(t *testing.T, a answer, _ time.Duration) {
			t.Helper()
			assert.Error(t, a.err)
		}},
		"http_status": {`"status":503,"body":"sorry","response_headers":{"Retry-After":"7"}`, func(t *testing.T, a answer, _ time.Duration) {
			t.Helper()
			assert.Equal(t, "sorry", a.body)
			assert.Equal(t, 503, a.status)
			assert.Equal(t, "7", a.header.Get("Retry-After"))
			assert.Empty(t, a.from, "the server has not been asked")
		}},
		"http_body": {`"body":"{}","response_headers":{"Content-Type":"application/json"}`, func(t *testing.T, a answer, _ time.Duration) {
			t.Helper()
			assert.Equal(t, "{}", a.body)
			assert.Equal(t, 200, a.status)
			assert.Equal(t, "application/json", a.header.Get("Content-Type"))
			assert.NotEmpty(t, a.from, "the server has been asked")
		}},
		"http_body altered": {`"replacements":{"hello":"bye"}`, func(t *testing.T, a answer, _ time.Duration) {
			t.Helper()
			assert.Equal(t, "PUT /pay/1 bye", a.body)
			assert.Equal(t, 200, a.status)
		}},
	} {
		for _, version := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s http2=%t", name, version), func(t *testing.T) {
				peer := netnstest.NewPeer(t, 0)
				port := serve(t)
				var kind string
				_, err := fmt.Sscan(name, &kind)
				require.NoError(t, err)
				r := start(t, `{"id":"f","scope":{"direction":"ingress","destination_ports":["%d"]},"rules":[
					{"id":"r","kind":%q,"percent":100,"match":{"path":"/pay/*","method":"PUT","headers":{"x-user":"vip*"}},%s}]}`, port, kind, c.rule)
				client := from(t, peer, version)
				vip := map[string]string{"X-User": "vip7"}
				began := time.Now()
				c.hit(t, ask(t, client, http.MethodPut, url(peer.Here, port, "/pay/1"), vip), time.Since(began))
				for _, other := range []struct {
					method, path string
					headers      map[string]string
				}{{"PUT", "/pay/1/2", vip}, {"POST", "/pay/1", vip}, {"PUT", "/pay/1", nil}} {
					a := ask(t, client, other.method, url(peer.Here6, port, other.path), other.headers)
					require.NoError(t, a.err)
					assert.Equal(t, fmt.Sprintf("%s %s hello", other.method, other.path), a.body)
				}
				stats := r.Stats()
				assert.EqualValues(t, 1, stats.Rules[0].Stats.Requests)
				assert.EqualValues(t, 1, stats.Rules[0].Stats.Matched)
				assert.GreaterOrEqual(t, stats.Redirected.Ingress.Packets, uint64(2))
			})
		}
	}
}

// TestShareOfPort: the share is exact, and other ports are out of reach.
func TestShareOfPort(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	port, other := serve(t), serve(t)
	start(t, `{"id":"f","scope":{"direction":"ingress","destination_ports":["%d"]},"rules":[
		{"id":"r","kind":"http_status","percent":10,"status":500}]}`, port)
	client := from(t, peer, false)
	failed := 0
	for range 200 {
		if ask(t, client, "GET", url(peer.Here, port, "/"), nil).status == 500 {
			failed++
		}
	}
	assert.Equal(t, 20, failed)
	for range 20 {
		a := ask(t, client, "GET", url(peer.Here, other, "/"), nil)
		assert.Equal(t, 200, a.status)
		assert.Contains(t, a.from, peer.There.String(), "straight from the client")
	}
}

// TestEgress: requests that go out of the namespace, and the engine's own are not redirected
// again.
func TestEgress(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	var port uint16
	peer.Do(t, func() error { port = serve(t); return nil })
	r := start(t, `{"id":"f","scope":{"direction":"egress","destination_ports":["%d"]},"rules":[
		{"id":"r","kind":"http_status","percent":100,"status":500,"match":{"path":"/down"}}]}`, port)
	client := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	defer client.CloseIdleConnections()
	for _, at := range []string{url(peer.There, port, ""), url(peer.Away6, port, "")} {
		assert.Equal(t, 500, ask(t, client, "GET", at+"/down", nil).status)
		a := ask(t, client, "GET", at+"/up", nil)
		require.NoError(t, a.err)
		assert.Equal(t, "GET /up hello", a.body)
	}
	assert.EqualValues(t, 2, r.Stats().Redirected.Egress.Packets)
}

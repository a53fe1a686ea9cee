//go:build e2e

package kubernetes

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRequests: the exact share of matching requests, and no other.
func TestRequests(t *testing.T) {
	t.Parallel()
	const n = 200
	m := newMeters(t)
	base := "http://" + m.address[hit] + ":8080"
	matching := []string{"http", "-url", base + "/api/orders/7", "-method", "POST", "-header", "X-User: test-1", "-show", "X-Fault", "-n", fmt.Sprint(n)}
	others := map[string][]string{
		"other path":   {"http", "-url", base + "/health", "-method", "POST", "-header", "X-User: test-1"},
		"other method": {"http", "-url", base + "/api/orders/7", "-header", "X-User: test-1"},
		"other header": {"http", "-url", base + "/api/orders/7", "-method", "POST", "-header", "X-User: real"},
	}
	match := "port = 8080\npath = \"/api/**\"\nmethod = \"POST\"\nrequest_headers = { \"x-user\" = \"test-*\" }\n"
	for name, c := range map[string]struct {
		typ, config string
		check       func(t *testing.T, seen httpSeen)
	}{
		"status": {"kubernetes_http_status", "status = 503\nbody = \"no\"\nresponse_headers = { \"x-fault\" = \"yes\" }\npercent = 30", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.Equal(t, map[string]int{"503": n * 3 / 10, "200": n * 7 / 10}, seen.Statuses)
			assert.Equal(t, n*3/10, seen.Bodies["no"])
			assert.Equal(t, map[string]int{"yes": n * 3 / 10, "": n * 7 / 10}, seen.Shown)
		}},
		"abort": {"kubernetes_http_abort", "percent = 10", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.Equal(t, n*9/10, seen.Statuses["200"], "%+v", seen)
		}},
		"delay": {"kubernetes_http_delay", "latency = \"40ms\"", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.Equal(t, map[string]int{"200": n}, seen.Statuses)
			assert.InDelta(t, 40, seen.RTT.P50, 5)
		}},
		"jitter": {"kubernetes_http_delay", "latency = \"40ms\"\njitter = \"20ms\"\ncorrelation = 20", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.InDelta(t, 40, seen.RTT.P50, 8)
			assert.InDelta(t, 20, seen.RTT.Min, 5)
			assert.Greater(t, seen.RTT.P90, 50.0)
		}},
		"some late": {"kubernetes_http_delay", "latency = \"40ms\"\npercent = 25", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.Less(t, seen.RTT.P50, 20.0)
			assert.Greater(t, seen.RTT.P90, 38.0)
		}},
		"replacements": {"kubernetes_http_body", "replacements = { \"in\" = \"am\" }\nresponse_headers = { \"x-fault\" = \"yes\" }\npercent = 50", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.Equal(t, map[string]int{"fame": n / 2, "fine": n / 2}, seen.Bodies)
			assert.Equal(t, map[string]int{"yes": n / 2, "": n / 2}, seen.Shown)
		}},
		"body": {"kubernetes_http_body", "body = \"replaced\"\npercent = 50", func(t *testing.T, seen httpSeen) {
			t.Helper()
			assert.Equal(t, map[string]int{"200": n}, seen.Statuses)
			assert.Equal(t, map[string]int{"replaced": n / 2, "fine": n / 2}, seen.Bodies)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			m.with(t, c.typ, match+c.config, func() {
				seen := measure[httpSeen](t, m, measuring, matching...)
				t.Logf("%+v", seen)
				c.check(t, seen)
				for other, args := range others {
					unhit := measure[httpSeen](t, m, measuring, append(args, "-n", "30")...)
					assert.Equal(t, map[string]int{"200": 30}, unhit.Statuses, other)
					assert.Less(t, unhit.RTT.P50, 20.0, other)
				}
			})
			clean := measure[httpSeen](t, m, measuring, append(matching, "-fresh")...)
			assert.Equal(t, map[string]int{"200": n}, clean.Statuses, "afterwards: %+v", clean)
		})
	}
	t.Run("grpc", func(t *testing.T) {
		m.with(t, "kubernetes_grpc_status", "port = 8080\nservice = \"shop.v1.Orders\"\nstatus_code = \"UNAVAILABLE\"\npercent = 50", func() {
			seen := measure[httpSeen](t, m, measuring, "grpc", "-url", base+"/shop.v1.Orders/Place", "-n", "100")
			assert.Equal(t, map[string]int{"14": 50, "0": 50}, seen.Statuses, "%+v", seen)
			other := measure[httpSeen](t, m, measuring, "grpc", "-url", base+"/shop.v1.Carts/Get", "-n", "20")
			assert.Equal(t, map[string]int{"0": 20}, other.Statuses, "%+v", other)
		})
	})
	t.Run("grpc method", func(t *testing.T) {
		m.with(t, "kubernetes_grpc_status", "port = 8080\nmethod = \"Pl*\"\nstatus_code = \"5\"\nstatus_message = \"no such order\"", func() {
			seen := measure[httpSeen](t, m, measuring, "grpc", "-url", base+"/shop.v1.Orders/Place", "-n", "20")
			assert.Equal(t, map[string]int{"5": 20}, seen.Statuses, "%+v", seen)
			other := measure[httpSeen](t, m, measuring, "grpc", "-url", base+"/shop.v1.Orders/Get", "-n", "20")
			assert.Equal(t, map[string]int{"0": 20}, other.Statuses, "%+v", other)
		})
	})
	t.Run("half reset", func(t *testing.T) {
		m.with(t, "kubernetes_tcp_reset", "port = 9000\nprobability = 0.5", func() {
			seen := measure[tcpSeen](t, m, measuring, "tcp", "-to", m.address[hit]+":9000", "-n", "200")
			low, high := binomial99(200, 0.5)
			assert.GreaterOrEqual(t, float64(seen.OK), low, "%+v", seen)
			assert.LessOrEqual(t, float64(seen.OK), high, "%+v", seen)
		})
	})
	t.Run("of one peer", func(t *testing.T) {
		peers := "\nto {\n  names = [\"" + measuring + "\"]\n}"
		m.with(t, "kubernetes_http_status", "port = 8080\nstatus = 418"+peers, func() {
			seen := measure[httpSeen](t, m, measuring, "http", "-url", base+"/", "-n", "20")
			assert.Equal(t, map[string]int{"418": 20}, seen.Statuses, "%+v", seen)
			other := measure[httpSeen](t, m, bystander, "http", "-url", base+"/", "-n", "20")
			assert.Equal(t, map[string]int{"200": 20}, other.Statuses, "%+v", other)
		})
	})
	t.Run("reset", func(t *testing.T) {
		m.with(t, "kubernetes_tcp_reset", "port = 9000", func() {
			seen := measure[tcpSeen](t, m, measuring, "tcp", "-to", m.address[hit]+":9000", "-n", "20")
			assert.Zero(t, seen.OK, "%+v", seen)
			assert.Equal(t, 20, measure[tcpSeen](t, m, measuring, "tcp", "-to", m.address[bystander]+":9000", "-n", "20").OK)
			assert.Equal(t, 5, measure[httpSeen](t, m, measuring, "http", "-url", base+"/", "-n", "5").Statuses["200"], "another port")
		})
	})
	t.Run("egress", func(t *testing.T) {
		m.with(t, "kubernetes_http_status", "direction = \"egress\"\nport = 8080\nstatus = 418", func() {
			seen := measure[httpSeen](t, m, hit, "http", "-url", "http://"+m.address[bystander]+":8080/", "-n", "20")
			assert.Equal(t, map[string]int{"418": 20}, seen.Statuses, "%+v", seen)
			beside := measure[httpSeen](t, m, measuring, "http", "-url", "http://"+m.address[bystander]+":8080/", "-n", "20")
			assert.Equal(t, map[string]int{"200": 20}, beside.Statuses, "%+v", beside)
		})
	})
}

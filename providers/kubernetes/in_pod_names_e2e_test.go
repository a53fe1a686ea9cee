//go:build e2e

package kubernetes

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNames(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	const api, other = "kubernetes.default.svc.cluster.local.", "kube-dns.kube-system.svc.cluster.local."
	ask := func(pod, name string, more ...string) dnsSeen {
		return measure[dnsSeen](t, m, pod, append([]string{"dns", "-name", name}, more...)...)
	}
	for name, c := range map[string]struct {
		typ, config string
		check       func(t *testing.T, seen dnsSeen)
	}{
		"nxdomain": {"kubernetes_dns_error", "rcode = \"nxdomain\"", func(t *testing.T, seen dnsSeen) {
			t.Helper()
			assert.Empty(t, seen.Addresses, "%+v", seen)
		}},
		"servfail": {"kubernetes_dns_error", "", func(t *testing.T, seen dnsSeen) {
			t.Helper()
			assert.Empty(t, seen.Addresses, "%+v", seen)
		}},
		"timeout": {"kubernetes_dns_error", "rcode = \"timeout\"", func(t *testing.T, seen dnsSeen) {
			t.Helper()
			assert.Empty(t, seen.Addresses, "%+v", seen)
		}},
		"refused": {"kubernetes_dns_error", "rcode = \"refused\"", func(t *testing.T, seen dnsSeen) {
			t.Helper()
			assert.Empty(t, seen.Addresses, "%+v", seen)
		}},
		"record": {"kubernetes_dns_spoof", "records = [\"@ 5 IN A 192.0.2.9\"]\nttl = \"1s\"", func(t *testing.T, seen dnsSeen) {
			t.Helper()
			assert.Equal(t, map[string]int{"192.0.2.9": 3}, seen.Addresses, "%+v", seen)
		}},
		"spoof": {"kubernetes_dns_spoof", "addresses = [\"192.0.2.7\"]", func(t *testing.T, seen dnsSeen) {
			t.Helper()
			assert.Equal(t, map[string]int{"192.0.2.7": 3}, seen.Addresses, "%+v", seen)
		}},
	} {
		for _, network := range []string{"udp", "tcp"} {
			t.Run(name+" over "+network, func(t *testing.T) {
				m.with(t, c.typ, "patterns = [\"kubernetes.default.**\"]\n"+c.config, func() {
					c.check(t, ask(hit, api, "-n", "3", "-network", network))
					assert.Empty(t, ask(hit, other, "-network", network).Errors, "another name")
					assert.Empty(t, ask(bystander, api, "-network", network).Errors, "another pod")
				})
				assert.Empty(t, ask(hit, api, "-network", network).Errors, "afterwards")
			})
		}
	}
}

// TestSomeNames: of 400 questions, as many are answered wrongly as was asked for.
func TestSomeNames(t *testing.T) {
	t.Parallel()
	const n, name = 400, "kubernetes.default.svc.cluster.local."
	m := newMeters(t)
	m.with(t, "kubernetes_dns_error", "patterns = [\"kubernetes.default.**\"]\nrcode = \"nxdomain\"\npercent = 25", func() {
		seen := measure[dnsSeen](t, m, hit, "dns", "-name", name, "-type", "a", "-n", fmt.Sprint(n))
		failed := 0
		for _, times := range seen.Errors {
			failed += times
		}
		low, high := binomial99(n, 0.25)
		t.Logf("asked 25 %%, measured %.1f %%: %+v", 100*float64(failed)/n, seen)
		assert.GreaterOrEqual(t, float64(failed), low)
		assert.LessOrEqual(t, float64(failed), high)
	})
}

// TestRecords of other kinds than addresses of IPv4.
func TestRecords(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	const config = `patterns = ["kubernetes.default.**"]
addresses = ["192.0.2.7", "2001:db8::7"]
records = ["@ 5 IN MX 10 mail.example.com.", "@ 5 IN TXT \"all is well\""]`
	m.with(t, "kubernetes_dns_spoof", config, func() {
		for kind, want := range map[string]string{"a": "192.0.2.7", "aaaa": "2001:db8::7", "mx": "10 mail.example.com.", "txt": "all is well"} {
			seen := measure[dnsSeen](t, m, hit, "dns", "-name", "kubernetes.default.svc.cluster.local.", "-type", kind, "-n", "2")
			assert.Equal(t, map[string]int{want: 2}, seen.Addresses, "%s: %+v", kind, seen)
		}
	})
}

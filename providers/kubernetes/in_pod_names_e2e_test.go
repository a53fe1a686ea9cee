//go:build e2e

package kubernetes

import (
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

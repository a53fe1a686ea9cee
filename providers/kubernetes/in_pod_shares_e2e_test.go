//go:build e2e

package kubernetes

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// binomial99 is the interval in which a count lies with 99 % of chance; the choices are
// seeded, so that a run that passed always does.
func binomial99(n int, share float64) (low, high float64) {
	mean, deviation := float64(n)*share, math.Sqrt(float64(n)*share*(1-share))
	return mean - 2.576*deviation, mean + 2.576*deviation
}

// packetShares: of 2,000 packets, as many as was asked for.
func packetShares(t *testing.T) {
	t.Helper()
	const n = 2000
	m := newMeters(t)
	to := m.address[hit] + ":9001"
	for _, c := range []struct {
		typ     string
		percent float64
		count   func(udpSeen) int
	}{
		{"kubernetes_network_loss", 1, func(s udpSeen) int { return n - s.Received }},
		{"kubernetes_network_loss", 10, func(s udpSeen) int { return n - s.Received }},
		{"kubernetes_network_loss", 50, func(s udpSeen) int { return n - s.Received }},
		{"kubernetes_network_corrupt", 10, func(s udpSeen) int { return n - s.Received + s.Damaged }}, // a bad checksum is dropped by the receiver
		{"kubernetes_network_duplicate", 10, func(s udpSeen) int { return s.Duplicates }},
	} {
		t.Run(fmt.Sprintf("%s %v", c.typ, c.percent), func(t *testing.T) {
			m.with(t, c.typ, fmt.Sprintf("percent = %v\nprotocol = \"udp\"", c.percent), func() {
				seen := measure[udpSeen](t, m, measuring, "udp", "-to", to, "-n", fmt.Sprint(n))
				low, high := binomial99(n, c.percent/100)
				t.Logf("asked %v %%, measured %.2f %%", c.percent, 100*float64(c.count(seen))/n)
				assert.GreaterOrEqual(t, float64(c.count(seen)), low)
				assert.LessOrEqual(t, float64(c.count(seen)), high)
				beside := measure[udpSeen](t, m, measuring, "udp", "-to", m.address[bystander]+":9001", "-n", "300")
				assert.Equal(t, 300, beside.Received, "the bystander")
			})
		})
	}
	t.Run("reorder", func(t *testing.T) {
		m.with(t, "kubernetes_network_delay", "latency = \"30ms\"\nreorder_percent = 25", func() {
			seen := measure[udpSeen](t, m, measuring, "udp", "-to", to, "-n", fmt.Sprint(n))
			t.Logf("overtaken %d of %d", seen.Overtaken, n)
			assert.Equal(t, n, seen.Received)
			assert.Less(t, seen.RTT.Min, 10.0, "some pass at once")
			assert.Greater(t, seen.RTT.P50, 28.0, "most wait")
			assert.Greater(t, seen.Overtaken, n/4)
		})
	})
	t.Run("gap", func(t *testing.T) {
		m.with(t, "kubernetes_network_delay", "latency = \"100ms\"\nreorder_percent = 100\ngap = 5", func() {
			seen := measure[udpSeen](t, m, measuring, "udp", "-to", to, "-n", fmt.Sprint(n), "-quick", "50ms")
			t.Logf("%d of %d at once", seen.Quick, n)
			assert.Equal(t, n, seen.Received)
			assert.InDelta(t, n/5, seen.Quick, n/100, "one of five passes at once; others on this pod's network count, too")
		})
	})
}

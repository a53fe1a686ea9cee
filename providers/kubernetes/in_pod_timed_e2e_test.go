//go:build e2e

package kubernetes

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRates has what a busy machine would hold up, or miss packets of.
func TestRates(t *testing.T) {
	quietly(t, map[string]func(*testing.T){"bandwidth": bandwidth, "bursts": bursts, "shares": packetShares})
}

// quietly runs tests beside each other, as most of the time they wait, and beside nothing else.
func quietly(t *testing.T, tests map[string]func(*testing.T)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// tolerance of a median: 2 ms or 5 %.
func tolerance(ms float64) float64 { return max(2, 0.05*ms) }

// pair is what was measured of the pod that is hit and, in the same seconds, of the
// bystander: what else runs on this machine holds up both.
type pair struct{ hit, beside udpSeen }

// calm measures three times and keeps the pair in which the pod was held up the least: a busy machine only adds to what a fault
// does, and more to a fault than to the bystander, as Kubernetes gives an ephemeral container the least weight there is.
func calm(t *testing.T, m meters) pair {
	t.Helper()
	var best pair
	for i := range 3 {
		var seen pair
		var both sync.WaitGroup
		for to, into := range map[string]*udpSeen{hit: &seen.hit, bystander: &seen.beside} {
			both.Go(func() {
				*into = measure[udpSeen](t, m, measuring, "udp", "-to", m.address[to]+":9001", "-n", "300", "-interval", "3ms")
			})
		}
		both.Wait()
		if i == 0 || seen.hit.RTT.P99 < best.hit.RTT.P99 {
			best = seen
		}
	}
	return best
}

// TestPacketDelays: what is asked for is what the client measures, whichever way, and
// the bystander notices nothing.
func TestPacketDelays(t *testing.T) { // alone, as it measures milliseconds
	m := newMeters(t)
	before := calm(t, m)
	for name, c := range map[string]struct {
		config      string
		median, max float64 // milliseconds, that a round trip gains
	}{
		"egress":      {"latency = \"50ms\"", 50, 50},
		"ingress":     {"direction = \"ingress\"\nlatency = \"100ms\"", 100, 100},
		"both":        {"direction = \"both\"\nlatency = \"20ms\"", 40, 40},
		"jitter":      {"latency = \"100ms\"\njitter = \"20ms\"", 100, 120},
		"correlation": {"latency = \"50ms\"\njitter = \"10ms\"\ncorrelation = 25", 50, 60},
		"udp to peer": {"latency = \"30ms\"\nprotocol = \"udp\"\nsource_ports = [\"9001\"]\nto {\n  names = [\"" + measuring + "\"]\n}", 30, 30},
	} {
		t.Run(name, func(t *testing.T) {
			m.with(t, "kubernetes_network_delay", c.config, func() {
				now := calm(t, m)
				p50, p99 := now.hit.RTT.P50-before.hit.RTT.P50, now.hit.RTT.P99-before.hit.RTT.P50
				held := now.beside.RTT.P99 - before.beside.RTT.P50 // up by the machine
				t.Logf("asked %v ms, gained p50 %.2f, p99 %.2f (at most %v asked, and %.2f by the machine); bystander p50 %+.2f ms",
					c.median, p50, p99, c.max, held, now.beside.RTT.P50-before.beside.RTT.P50)
				assert.Equal(t, now.hit.Sent, now.hit.Received)
				assert.InDelta(t, c.median, p50, tolerance(c.median)+(c.max-c.median)/4, "median")
				assert.LessOrEqual(t, p99, c.max+5+held, "p99")
				assert.InDelta(t, before.beside.RTT.P50, now.beside.RTT.P50, 1, "the bystander's median")
			})
		})
	}
	assert.InDelta(t, before.hit.RTT.P50, calm(t, m).hit.RTT.P50, 1, "afterwards everything is as before")
}

func bandwidth(t *testing.T) {
	t.Helper()
	m := newMeters(t)
	for rate, bits := range map[string]float64{"1mbit": 1e6, "20mbit": 20e6} {
		t.Run(rate, func(t *testing.T) {
			m.with(t, "kubernetes_network_bandwidth", "rate = \""+rate+"\"", func() {
				seen := measure[rateSeen](t, m, measuring, "rate", "-to", m.address[hit]+":9003")
				t.Logf("asked %.1f, measured %.2f Mbit/s, of which TCP got %.2f", bits/1e6, seen.BitsPerSecondOnEth/1e6, seen.BitsPerSecond/1e6)
				assert.InDelta(t, bits, seen.BitsPerSecondOnEth, bits/20)
				assert.InDelta(t, bits, seen.BitsPerSecond, bits/4, "what comes after a lost packet cannot be read before it came again")
			})
		})
	}
}

// bursts: what passes at once, and what may wait. 200 packets of 284 bytes come in 200 ms, which is
// 2.3 times the rate.
func bursts(t *testing.T) {
	t.Helper()
	m := newMeters(t)
	burst := func(t *testing.T, config string) (seen udpSeen) {
		t.Helper()
		m.with(t, "kubernetes_network_bandwidth", "rate = \"1mbit\"\n"+config, func() {
			seen = measure[udpSeen](t, m, measuring, "udp", "-to", m.address[hit]+":9001", "-n", "200")
			t.Logf("%s: %+v", config, seen)
			measure[udpSeen](t, m, measuring, "udp", "-to", m.address[hit]+":9001", "-n", "1000") // more than any of it lets pass at once: evidence
		})
		return seen
	}
	waiting := burst(t, "")
	assert.Equal(t, 200, waiting.Received, "64 KiB may wait")
	assert.Greater(t, waiting.RTT.Max, 150.0, "the last of 57 kB at 125 kB/s, of which 200 ms were spent sending")
	saved := burst(t, "buffer = \"64Ki\"")
	assert.Equal(t, 200, saved.Received)
	assert.Less(t, saved.RTT.P90, 50.0, "all of it fits into what was saved up")
	short := burst(t, "limit = \"4Ki\"")
	// In 200 ms pass 25 kB, and before them the buffer of 3.2 kB; 4 KiB wait. That is 113 of 284 bytes.
	assert.InDelta(t, 113, short.Received, 20, "what cannot wait is lost")
}

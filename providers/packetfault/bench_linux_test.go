package packetfault_test

import (
	"testing"
	"time"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/packetfault"
)

// BenchmarkRoundTrip measures one packet there and back: without a fault, through a queue that
// does nothing, and with a delay of which the excess is reported.
func BenchmarkRoundTrip(b *testing.B) {
	for name, fault := range map[string]*packetfault.Spec{
		"none":    nil,
		"queue":   {Loss: &packetfault.Share{}},
		"delay_5": {Delay: &packetfault.Delay{Latency: 5 * time.Millisecond}},
	} {
		b.Run(name, func(b *testing.B) {
			peer := netnstest.NewPeer(b, 0)
			u := newUDP(b, peer, peer.Here, peer.There)
			if fault != nil {
				s := *fault
				s.Scope = only(firewall.Egress, peer.There)
				s.Deadline = time.Now().Add(time.Hour)
				start(b, s)
			}
			packet := make([]byte, 100)
			took := make([]arrival, 0, b.N)
			target, back := address(u.there), address(u.here)
			for b.Loop() {
				began := time.Now()
				_, _ = u.here.WriteToUDPAddrPort(packet, target)
				_, _ = u.there.Read(packet)
				took = append(took, arrival{took: time.Since(began)})
				_, _ = u.there.WriteToUDPAddrPort(packet, back)
				_, _ = u.here.Read(packet)
			}
			b.ReportMetric(float64(median(took).Microseconds()), "p50-µs")
			b.ReportMetric(float64(quantile(took, 0.99).Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkQueue measures how many packets a second the queue takes, with the sender as fast as it is.
func BenchmarkQueue(b *testing.B) {
	peer := netnstest.NewPeer(b, 0)
	u := newUDP(b, peer, peer.Here, peer.There)
	r := start(b, packetfault.Spec{Scope: only(firewall.Egress, peer.There), Loss: &packetfault.Share{}, Deadline: time.Now().Add(time.Hour)})
	packet := make([]byte, 100)
	target := address(u.there)
	began, n := time.Now(), 0
	for b.Loop() {
		_, _ = u.here.WriteToUDPAddrPort(packet, target)
		n++
	}
	stats, took := r.Stats(), time.Since(began).Seconds()
	b.ReportMetric(float64(stats.Seen)/took, "decided/s")
	b.ReportMetric(100*float64(stats.Seen)/float64(n), "%-through-queue")
}

// BenchmarkTransfer measures what a TCP connection gets, of what is sent from here.
func BenchmarkTransfer(b *testing.B) {
	for name, d := range map[string]firewall.Direction{"none": "", "egress_10ms": firewall.Egress, "ingress_10ms": firewall.Ingress, "both_10ms": firewall.Both} {
		for _, from := range []firewall.Direction{firewall.Egress, firewall.Ingress} {
			b.Run(name+"/"+string(from), func(b *testing.B) {
				peer := netnstest.NewPeer(b, 0)
				if d != "" {
					start(b, packetfault.Spec{Scope: only(d, peer.There), Delay: &packetfault.Delay{Latency: 10 * time.Millisecond}, Deadline: time.Now().Add(time.Hour)})
				}
				const count = 64 << 20
				b.SetBytes(count)
				for b.Loop() {
					transfer(b, peer, from, count)
				}
			})
		}
	}
}

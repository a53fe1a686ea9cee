package dnsfault

import (
	"net"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// BenchmarkUnmatched is a question and its reply over UDP, straight to the resolver
// and through the forwarder; the difference is the latency that bystanders pay.
func BenchmarkUnmatched(b *testing.B) {
	upstream := rawUpstream(b, echo)
	r := start(b, Spec{Upstreams: []string{upstream}, Rules: []Rule{down("*.shop.test", "**.svc.cluster.local")}})
	for name, to := range map[string]string{"straight": upstream, "forwarded": address(r)} {
		b.Run(name, func(b *testing.B) { roundTrips(b, to, "real.test.") })
	}
}

// BenchmarkAnswered is one that a rule answers.
func BenchmarkAnswered(b *testing.B) {
	r := start(b, Spec{Upstreams: []string{"127.0.0.1:1"}, Rules: []Rule{down("pay.test")}})
	roundTrips(b, address(r), "pay.test.")
}

func roundTrips(b *testing.B, to, name string) {
	b.Helper()
	query, err := new(dns.Msg).SetQuestion(name, dns.TypeA).Pack()
	require.NoError(b, err)
	conn, err := net.Dial("udp", to)
	require.NoError(b, err)
	defer conn.Close()
	buffer := make([]byte, maxMessage)
	for b.Loop() {
		if _, err := conn.Write(query); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(buffer); err != nil {
			b.Fatal(err)
		}
	}
}

package engines

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/dnsfault"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
)

// resolve answers all questions at the peer with no records.
func resolve(t *testing.T, peer *netnstest.Peer) {
	t.Helper()
	var conn net.PacketConn
	peer.Do(t, func() (err error) {
		conn, err = new(net.ListenConfig).ListenPacket(t.Context(), "udp", netip.AddrPortFrom(peer.There, dnsPort).String())
		return err
	})
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		_ = w.WriteMsg(new(dns.Msg).SetReply(question))
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = conn.Close() })
}

// TestTheEndOfNamesLeavesNoFlowBehind of a client that never changes its port.
func TestTheEndOfNamesLeavesNoFlowBehind(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	resolve(t, peer)
	asked := task.Names{Rules: []dnsfault.Rule{{ID: "down", Kind: dnsfault.Error, Patterns: []string{"**"}, Percent: 100}}}
	require.NoError(t, asked.Validate())
	running, err := startNames(t.Context(), "names", asked.For(time.Now().Add(time.Hour), []string{peer.There.String()}))
	require.NoError(t, err)
	client, err := dns.DialTimeout("udp", netip.AddrPortFrom(peer.There, dnsPort).String(), time.Second)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	ask := func() int {
		question := new(dns.Msg).SetQuestion("example.com.", dns.TypeA)
		answer, _, err := new(dns.Client).ExchangeWithConn(question, client)
		require.NoError(t, err)
		return answer.Rcode
	}
	require.Equal(t, dns.RcodeServerFailure, ask())
	seen := running.(*namesRunning).engine.Stats().Queries
	require.NoError(t, running.Close())
	assert.Equal(t, dns.RcodeSuccess, ask())
	assert.Equal(t, seen, running.(*namesRunning).engine.Stats().Queries, "the resolver has answered, not the engine")
	<-running.(agent.Draining).Drained()
	infos, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
	assert.Equal(t, dns.RcodeSuccess, ask(), "nobody else is there")
}

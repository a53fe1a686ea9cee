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

// install puts a fault on packets in place, until the end of the test.
func install(t *testing.T, id string, verdict firewall.Verdict, scope firewall.Scope) *firewall.Table {
	t.Helper()
	table, err := firewall.Install(firewall.Spec{ID: id, Scope: scope, Verdict: verdict, Deadline: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, table.Lift()) })
	return table
}

// TestFaultsOnPacketsMeetQuestionsOnce, also those that the engine passes on, and none that it answers.
func TestFaultsOnPacketsMeetQuestionsOnce(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	resolve(t, peer)
	asked := task.Names{Rules: []dnsfault.Rule{{ID: "down", Kind: dnsfault.Error, Patterns: []string{"gone.example.com"}, Percent: 100}}}
	running, err := startNames(t.Context(), "names", asked.For(time.Now().Add(time.Hour), []string{peer.There.String()}))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, running.Close()); <-running.(agent.Draining).Drained() })
	everything := firewall.Scope{Direction: firewall.Egress, Protocol: firewall.UDP}
	resolvers := everything
	resolvers.Peers, resolvers.DestinationPorts = []netip.Prefix{netip.PrefixFrom(peer.There, 32)}, []firewall.PortRange{firewall.Port(dnsPort)}
	const nobody = 7 // listens on this queue, so that packets are counted and pass
	tables := []*firewall.Table{install(t, "one", firewall.Queue(nobody, true), resolvers), install(t, "all", firewall.Queue(nobody, true), everything)}
	ask := func(name string) error {
		client := &dns.Client{Timeout: time.Second}
		_, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), netip.AddrPortFrom(peer.There, dnsPort).String())
		return err
	}
	require.NoError(t, ask("example.com."))
	require.NoError(t, ask("gone.example.com."))
	for _, table := range tables {
		counters, err := table.Counters()
		require.NoError(t, err)
		assert.EqualValues(t, 1, counters.Egress.Packets)
	}
	install(t, "cut", firewall.Drop(), resolvers)
	require.Error(t, ask("example.com."))
	assert.NoError(t, ask("gone.example.com."), "which nobody else is asked")
}

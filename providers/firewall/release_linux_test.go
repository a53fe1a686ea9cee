package firewall_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ti-mo/conntrack"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// named answers datagrams to a loopback address with a name.
func named(t *testing.T, name, host string) (conn net.PacketConn, port uint16) {
	t.Helper()
	conn, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	echo(t, conn, name)
	return conn, conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// resolver answers with "peer" at an address of the peer, and faithful asks it from one port again and again.
func resolver(t *testing.T, peer *netnstest.Peer, at netip.Addr) (to netip.AddrPort, faithful func() string) {
	t.Helper()
	var server net.PacketConn
	peer.Do(t, func() (err error) {
		server, err = net.ListenPacket("udp", netip.AddrPortFrom(at, 0).String())
		return err
	})
	echo(t, server, "peer")
	to = server.LocalAddr().(*net.UDPAddr).AddrPort()
	client, err := net.Dial("udp", to.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return to, func() string {
		buffer := make([]byte, 64)
		_ = client.SetDeadline(time.Now().Add(200 * time.Millisecond))
		_, _ = client.Write([]byte("who?"))
		n, err := client.Read(buffer)
		if err != nil {
			return "nobody"
		}
		return string(buffer[:n])
	}
}

func questionsTo(to netip.AddrPort) firewall.Scope {
	return firewall.Scope{
		Direction: firewall.Egress, Protocol: firewall.UDP, DestinationPorts: []firewall.PortRange{firewall.Port(to.Port())},
		Peers: []netip.Prefix{netip.PrefixFrom(to.Addr(), to.Addr().BitLen())},
	}
}

// mesh redirects datagrams to a port as somebody else.
func mesh(t *testing.T, from, to uint16) {
	t.Helper()
	conn, err := nftables.New()
	require.NoError(t, err)
	table := conn.AddTable(&nftables.Table{Name: "mesh", Family: nftables.TableFamilyIPv4})
	chain := conn.AddChain(&nftables.Chain{
		Name: "out", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest,
	})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: portRedirect(unix.IPPROTO_UDP, from, to)})
	require.NoError(t, conn.Flush())
	t.Cleanup(func() { conn.DelTable(table); assert.NoError(t, conn.Flush()) })
}

func portRedirect(protocol byte, from, to uint16) []expr.Any {
	return append(onlyPort(protocol, from),
		&expr.Immediate{Register: 1, Data: binary.BigEndian.AppendUint16(nil, to)},
		&expr.Redir{RegisterProtoMin: 1, Flags: unix.NF_NAT_RANGE_PROTO_SPECIFIED},
	)
}

func onlyPort(protocol byte, port uint16) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binary.BigEndian.AppendUint16(nil, port)},
	}
}

// TestTheKernelReleasesFlows of a client that never changes its port, with nobody alive: to whom they were meant for, and by the
// rules of others.
func TestTheKernelReleasesFlows(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	for name, test := range map[string]struct {
		at       netip.Addr
		loopback string
		mesh     bool
		end      string
	}{
		"IPv4":             {peer.There, "127.0.0.1", false, "peer"},
		"IPv6":             {peer.Away6, "::1", false, "peer"},
		"to another's NAT": {peer.There, "127.0.0.1", true, "mesh"},
	} {
		t.Run(name, func(t *testing.T) {
			to, ask := resolver(t, peer, test.at)
			if test.mesh {
				_, port := named(t, "mesh", "127.0.0.1")
				mesh(t, to.Port(), port)
				require.Equal(t, "mesh", ask())
			}
			agent, led := named(t, "agent", test.loopback)
			scope := questionsTo(to)
			deadline := time.Now().Add(2 * time.Second)
			_, err := firewall.Install(firewall.Spec{ID: "released", Verdict: firewall.Redirect(led), Deadline: deadline, Scope: scope})
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, firewall.Lift("released")) })
			require.NoError(t, firewall.Forget(t.Context(), scope.Peers, to.Port(), led))
			require.Equal(t, "agent", ask())
			require.Equal(t, "agent", ask(), "which makes it a flow that the kernel remembers for two minutes")
			require.NoError(t, agent.Close())
			require.Eventually(t, func() bool { return ask() == test.end }, patience, time.Millisecond)
			assert.False(t, time.Now().Before(deadline.Add(-20*time.Millisecond)), "not before")
			swept, err := firewall.Sweep()
			require.NoError(t, err)
			assert.Empty(t, swept, "it would lead the flow to nobody again")
			assert.Equal(t, test.end, ask())
			expire(t, "released", led)
			assert.Equal(t, test.end, ask(), "though the kernel knows the flow in the other zone")
		})
	}
}

// expire does what the kernel does until five minutes after a deadline: it forgets where a flow was led, and then ends the release.
func expire(t *testing.T, id string, led uint16) {
	t.Helper()
	infos, err := firewall.List()
	require.NoError(t, err)
	require.Len(t, infos, 1)
	assert.InDelta(t, 5*time.Minute, infos[0].Serving, float64(time.Minute))
	flows, err := conntrack.Dial(nil)
	require.NoError(t, err)
	defer flows.Close()
	known, err := flows.Dump(nil)
	require.NoError(t, err)
	for _, flow := range known {
		if flow.TupleReply.Proto.SourcePort == led {
			require.NoError(t, flows.Delete(flow))
		}
	}
	conn, err := nftables.New()
	require.NoError(t, err)
	for _, family := range []nftables.TableFamily{nftables.TableFamilyIPv4, nftables.TableFamilyIPv6} {
		conn.FlushSet(&nftables.Set{Table: &nftables.Table{Name: firewall.Prefix + id, Family: family}, Name: "serving"})
	}
	require.NoError(t, conn.Flush())
}

// TestSettledFlowsGoTheirOwnWay at once, and the table with them.
func TestSettledFlowsGoTheirOwnWay(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	to, ask := resolver(t, peer, peer.There)
	other, _ := named(t, "unused", "127.0.0.1")
	mesh(t, 9, other.LocalAddr().(*net.UDPAddr).AddrPort().Port()) // connections are followed also without our table
	_, led := named(t, "agent", "127.0.0.1")
	scope := questionsTo(to)
	table := install(t, firewall.Redirect(led), scope)
	require.NoError(t, firewall.Forget(t.Context(), scope.Peers, to.Port(), led))
	require.Equal(t, "agent", ask())
	require.NoError(t, table.Disarm())
	assert.Equal(t, "peer", ask())
	require.NoError(t, firewall.Tidy())
	infos, err := firewall.List()
	require.NoError(t, err)
	require.Len(t, infos, 1, "answers may be under way")
	assert.Equal(t, "peer", ask())
	require.NoError(t, table.Settle())
	require.NoError(t, firewall.Tidy())
	infos, err = firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
	assert.Equal(t, "peer", ask())
	require.NoError(t, table.Settle(), "twice is fine")
}

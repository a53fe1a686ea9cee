package firewall_test

import (
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// translate makes a table of somebody else's with chains of type nat for what comes in.
func translate(t *testing.T, incoming, leaving []expr.Any) {
	t.Helper()
	conn, err := nftables.New()
	require.NoError(t, err)
	table := conn.AddTable(&nftables.Table{Name: "translate", Family: nftables.TableFamilyIPv4})
	for _, c := range []struct {
		name     string
		hook     *nftables.ChainHook
		priority *nftables.ChainPriority
		rule     []expr.Any
	}{
		{"in", nftables.ChainHookPrerouting, nftables.ChainPriorityNATDest, incoming},
		{"out", nftables.ChainHookPostrouting, nftables.ChainPriorityNATSource, leaving},
	} {
		if c.rule == nil {
			continue
		}
		chain := conn.AddChain(&nftables.Chain{Name: c.name, Table: table, Type: nftables.ChainTypeNAT, Hooknum: c.hook, Priority: c.priority})
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: c.rule})
	}
	require.NoError(t, conn.Flush())
	t.Cleanup(func() { conn.DelTable(table); assert.NoError(t, conn.Flush()) })
}

// fromPeer connects in the namespace of a peer.
func fromPeer(t *testing.T, peer *netnstest.Peer, to netip.AddrPort) (conn net.Conn) {
	t.Helper()
	peer.Do(t, func() error {
		conn = dial(t, to)
		return nil
	})
	return conn
}

// TestPortsThatAreRedirectedAreLeftAlone, as those of a pod in a mesh: its proxy has them.
func TestPortsThatAreRedirectedAreLeftAlone(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	translate(t, portRedirect(unix.IPPROTO_TCP, 81, parrot(t)), nil)
	to := netip.AddrPortFrom(peer.Here, 81)
	before := fromPeer(t, peer, to)
	speaks(t, before)
	_, port, accepted := steered(t)
	install(t, firewall.Transparent(port), onPort(81))
	speaks(t, before)
	speaks(t, fromPeer(t, peer, to))
	assert.Empty(t, accepted)
}

// TestForwardedPacketsAreLeftAlone, as those to a virtual machine in a pod.
func TestForwardedPacketsAreLeftAlone(t *testing.T) {
	const forwarding = "/proc/sys/net/ipv4/ip_forward"
	require.NoError(t, os.WriteFile(forwarding, []byte("1"), 0))
	t.Cleanup(func() { _ = os.WriteFile(forwarding, []byte("0"), 0) })
	peer, machine := netnstest.NewPeer(t, 0), netnstest.NewPeer(t, 1)
	var port uint16
	machine.Do(t, func() error {
		port = parrot(t)
		return nil
	})
	inside := machine.There.As4()
	forward := append(onlyPort(unix.IPPROTO_TCP, port),
		&expr.Immediate{Register: 1, Data: inside[:]},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1},
	)
	translate(t, forward, append(onlyPort(unix.IPPROTO_TCP, port), &expr.Masq{}))
	to := netip.AddrPortFrom(peer.Here, port)
	before := fromPeer(t, peer, to)
	speaks(t, before)
	_, agent, accepted := steered(t)
	install(t, firewall.Transparent(agent), onPort(port))
	speaks(t, before)
	speaks(t, fromPeer(t, peer, to))
	assert.Empty(t, accepted)
}

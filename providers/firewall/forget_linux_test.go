package firewall_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// echo answers datagrams with a name, until the test ends.
func echo(t *testing.T, conn net.PacketConn, name string) {
	t.Helper()
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buffer := make([]byte, 64)
		for {
			_, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo([]byte(name), from)
		}
	}()
}

// TestForgottenFlowsAreLedElsewhere has a client that never changes its port, as
// resolvers with a socket of their own do.
func TestForgottenFlowsAreLedElsewhere(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	var server net.PacketConn
	peer.Do(t, func() (err error) {
		server, err = net.ListenPacket("udp", netip.AddrPortFrom(peer.There, 0).String())
		return err
	})
	echo(t, server, "peer")
	here, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	echo(t, here, "here")
	to, led := server.LocalAddr().(*net.UDPAddr).AddrPort(), here.LocalAddr().(*net.UDPAddr).AddrPort().Port()

	client, err := net.Dial("udp", to.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	ask := func() string {
		require.NoError(t, client.SetDeadline(time.Now().Add(5*time.Second)))
		_, err := client.Write([]byte("who?"))
		require.NoError(t, err)
		buffer := make([]byte, 64)
		n, err := client.Read(buffer)
		require.NoError(t, err)
		return string(buffer[:n])
	}
	peers := []netip.Prefix{netip.PrefixFrom(to.Addr(), 32)}
	scope := firewall.Scope{Direction: firewall.Egress, Protocol: firewall.UDP, Peers: peers, DestinationPorts: []firewall.PortRange{firewall.Port(to.Port())}}

	// The kernel follows connections only where some rule depends on them.
	_, err = firewall.Install(firewall.Spec{ID: "other", Verdict: firewall.Redirect(led), Deadline: time.Now().Add(long), Scope: firewall.Scope{Protocol: firewall.UDP, DestinationPorts: []firewall.PortRange{firewall.Port(9)}}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, firewall.Lift("other")) })
	assert.Equal(t, "peer", ask())
	install(t, firewall.Redirect(led), scope)
	assert.Equal(t, "peer", ask(), "the flow is older than the redirect")
	require.NoError(t, firewall.Forget(t.Context(), peers, to.Port(), led))
	assert.Equal(t, "here", ask())
	require.NoError(t, firewall.Forget(t.Context(), peers, to.Port(), led))
	assert.Equal(t, "here", ask(), "what is led there stays there")
}

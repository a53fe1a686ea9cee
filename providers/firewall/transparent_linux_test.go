package firewall_test

import (
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// steered is a transparent listener in the test's own namespace, which says where each connection was going.
func steered(t *testing.T) (listener net.Listener, port uint16, accepted <-chan netip.AddrPort) {
	t.Helper()
	config := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) error {
		return conn.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_IPV6, unix.IPV6_TRANSPARENT, 1) })
	}}
	listener, err := config.Listen(t.Context(), "tcp", ":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	to := make(chan netip.AddrPort, 16)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			at := conn.LocalAddr().(*net.TCPAddr).AddrPort()
			to <- netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
			_ = conn.Close()
		}
	}()
	return listener, listener.Addr().(*net.TCPAddr).AddrPort().Port(), to
}

// knock connects from the peer, and says whether somebody accepts.
func knock(t *testing.T, peer *netnstest.Peer, at netip.AddrPort) (accepts bool) {
	t.Helper()
	peer.Do(t, func() error {
		accepts = reaches(at)
		return nil
	})
	return accepts
}

func onPort(port uint16) firewall.Scope {
	return firewall.Scope{Protocol: firewall.TCP, DestinationPorts: []firewall.PortRange{firewall.Port(port)}}
}

func TestTransparent(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	server, served := here(t)
	listener, port, accepted := steered(t)
	open := func() { // a connection that was there before
		assert.True(t, knock(t, peer, netip.AddrPortFrom(peer.Here, server)))
		<-served
	}
	open()
	table := install(t, firewall.Transparent(port), onPort(server))
	for _, addr := range []netip.Addr{peer.Here, peer.Here6} {
		to := netip.AddrPortFrom(addr, server)
		assert.True(t, knock(t, peer, to))
		assert.Equal(t, to, <-accepted)
	}
	assert.False(t, knock(t, peer, netip.AddrPortFrom(peer.Here, 82)), "nobody listens there")
	counters, err := table.Counters()
	require.NoError(t, err)
	assert.EqualValues(t, 2, counters.Ingress.Packets, "one for each connection")
	assert.Empty(t, served)
	require.NoError(t, listener.Close())
	open() // with nobody there, they pass
}

// TestTransparentWithoutRequests: a kernel that answers with cookies keeps nothing of a connection until the client's
// second packet, which must find its way by itself.
func TestTransparentWithoutRequests(t *testing.T) {
	require.NoError(t, os.WriteFile("/proc/sys/net/ipv4/tcp_syncookies", []byte("2"), 0))
	t.Cleanup(func() { _ = os.WriteFile("/proc/sys/net/ipv4/tcp_syncookies", []byte("1"), 0) })
	peer := netnstest.NewPeer(t, 0)
	server, served := here(t)
	_, port, accepted := steered(t)
	install(t, firewall.Transparent(port), onPort(server))
	assert.True(t, knock(t, peer, netip.AddrPortFrom(peer.Here, server)))
	assert.Equal(t, server, (<-accepted).Port())
	assert.Empty(t, served)
}

func TestTheFirstOfSeveralHasTheConnection(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	server, _ := here(t)
	_, first, accepted := steered(t)
	_, second, other := steered(t)
	install(t, firewall.Transparent(first), onPort(server))
	later, err := firewall.Install(firewall.Spec{ID: "later", Scope: onPort(server), Verdict: firewall.Transparent(second), Deadline: time.Now().Add(long)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, later.Lift()) })
	for range 3 {
		assert.True(t, knock(t, peer, netip.AddrPortFrom(peer.Here, server)))
		<-accepted
	}
	assert.Empty(t, other)
}

func TestTransparentIsForTCP(t *testing.T) {
	spec := firewall.Spec{ID: "x", Verdict: firewall.Transparent(1), Deadline: time.Now(), Scope: firewall.Scope{Protocol: firewall.UDP}}
	assert.ErrorContains(t, spec.Validate(), "expected tcp")
}

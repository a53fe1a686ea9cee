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

// here listens in the test's own namespace and counts connections.
func here(t *testing.T) (port uint16, accepted <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "[::]:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	count := make(chan struct{}, 16)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
			count <- struct{}{}
		}
	}()
	return listener.Addr().(*net.TCPAddr).AddrPort().Port(), count
}

// taken waits until a connection was accepted; one that was not made is not waited for for good.
func taken(t *testing.T, accepted <-chan struct{}) {
	t.Helper()
	select {
	case <-accepted:
	case <-time.After(10 * time.Second):
		t.Error("no connection was accepted")
	}
}

func TestRedirect(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	port, accepted := here(t)
	scope := firewall.Scope{Protocol: firewall.TCP, DestinationPorts: []firewall.PortRange{firewall.Port(81)}}
	table := install(t, firewall.Redirect(port), scope)
	for _, addr := range []netip.Addr{peer.There, peer.Away6} {
		assert.True(t, reaches(netip.AddrPortFrom(addr, 81)), "egress to %s", addr)
		taken(t, accepted)
		assert.False(t, reaches(netip.AddrPortFrom(addr, 82)), "nobody listens there")
		assert.False(t, reaches(netip.AddrPortFrom(addr, 81), marked), "own traffic passes")
		assert.False(t, reaches(netip.AddrPortFrom(addr, 81), onward), "what it led here, too")
	}
	peer.Do(t, func() error {
		for _, addr := range []netip.Addr{peer.Here, peer.Here6} {
			assert.True(t, reaches(netip.AddrPortFrom(addr, 81)), "ingress to %s", addr)
			taken(t, accepted)
		}
		return nil
	})
	counters, err := table.Counters()
	require.NoError(t, err)
	assert.Equal(t, uint64(2), counters.Ingress.Packets)
	assert.Equal(t, uint64(2), counters.Egress.Packets)
	require.NoError(t, table.Lift())
	assert.False(t, reaches(netip.AddrPortFrom(peer.There, 81)))
}

func TestRedirectNeedsItsProtocol(t *testing.T) {
	err := firewall.Spec{ID: "x", Verdict: firewall.Redirect(1), Deadline: time.Now()}.Validate()
	assert.ErrorContains(t, err, "expected tcp or udp")
}

package transparent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// TestWithoutTProxy: a kernel that cannot give connections to a socket as they are translates their addresses. This
// one can, so its refusal is played.
func TestWithoutTProxy(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	server, err := new(net.ListenConfig).Listen(t.Context(), "tcp", ":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	to := netip.AddrPortFrom(peer.Here, server.Addr().(*net.TCPAddr).AddrPort().Port())

	s := Spec{ID: "f", Deadline: time.Now().Add(time.Hour)}
	s.Scope = firewall.Scope{Direction: firewall.Ingress, DestinationPorts: []firewall.PortRange{firewall.Port(to.Port())}}
	proxy, err := faultproxy.Start(s.config(nil))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, proxy.Close()) })
	table, err := s.lead(netip.MustParseAddrPort(proxy.Addr()).Port(), func(asked firewall.Spec) (*firewall.Table, error) {
		if asked.Verdict.Transparent {
			return nil, fmt.Errorf("install: %w", errors.ErrUnsupported)
		}
		return firewall.Install(asked)
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, table.Lift()) })

	peer.Do(t, func() error {
		conn, err := new(net.Dialer).DialContext(context.WithoutCancel(t.Context()), "tcp", to.String())
		if assert.NoError(t, err) {
			t.Cleanup(func() { _ = conn.Close() })
		}
		return err
	})
	conn, err := server.Accept()
	require.NoError(t, err)
	defer conn.Close()
	assert.NotEqual(t, peer.There.String(), conn.RemoteAddr().(*net.TCPAddr).IP.String(), "through the engine")
	counters, err := table.Counters()
	require.NoError(t, err)
	assert.EqualValues(t, 1, counters.Ingress.Packets)
}

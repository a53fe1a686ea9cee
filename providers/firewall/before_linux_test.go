package firewall_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// TestConnectionsOfBeforeAreLeftAlone: the kernel begins to track connections with the first table that translates addresses, and
// takes the next packet of each for the first of a connection.
func TestConnectionsOfBeforeAreLeftAlone(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	var server uint16
	peer.Do(t, func() error {
		server = parrot(t)
		return nil
	})
	own := parrot(t)
	for name, c := range map[string]struct {
		direction firewall.Direction
		port      uint16
		conn      func(*testing.T) net.Conn
	}{
		"out":         {firewall.Egress, server, func(t *testing.T) net.Conn { return dial(t, netip.AddrPortFrom(peer.There, server)) }},
		"out by IPv6": {firewall.Egress, server, func(t *testing.T) net.Conn { return dial(t, netip.AddrPortFrom(peer.Away6, server)) }},
		"in":          {firewall.Ingress, own, func(t *testing.T) net.Conn { return fromPeer(t, peer, netip.AddrPortFrom(peer.Here, own)) }},
		"in by IPv6":  {firewall.Ingress, own, func(t *testing.T) net.Conn { return fromPeer(t, peer, netip.AddrPortFrom(peer.Here6, own)) }},
		"both ways":   {firewall.Both, own, func(t *testing.T) net.Conn { return fromPeer(t, peer, netip.AddrPortFrom(peer.Here, own)) }},
	} {
		t.Run(name, func(t *testing.T) {
			conn := c.conn(t)
			speaks(t, conn)
			agent, accepted := here(t)
			scope := onPort(c.port)
			scope.Direction = c.direction
			table := install(t, firewall.Redirect(agent), scope)
			speaks(t, conn)
			assert.Empty(t, accepted)
			counters, err := table.Counters()
			require.NoError(t, err)
			assert.Zero(t, counters.Total().Packets)
			led := c.conn(t) // those of after are not
			<-accepted
			_ = led.Close()
		})
	}
}

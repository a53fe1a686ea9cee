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
		to        netip.AddrPort
	}{
		"out":         {firewall.Egress, netip.AddrPortFrom(peer.There, server)},
		"out by IPv6": {firewall.Egress, netip.AddrPortFrom(peer.Away6, server)},
		"in":          {firewall.Ingress, netip.AddrPortFrom(peer.Here, own)},
		"in by IPv6":  {firewall.Ingress, netip.AddrPortFrom(peer.Here6, own)},
		"both ways":   {firewall.Both, netip.AddrPortFrom(peer.Here, own)},
	} {
		t.Run(name, func(t *testing.T) {
			connect := func() net.Conn {
				if c.direction == firewall.Egress {
					return dial(t, c.to)
				}
				return fromPeer(t, peer, c.to)
			}
			conn := connect()
			speaks(t, conn)
			agent, accepted := here(t)
			scope := onPort(c.to.Port())
			scope.Direction = c.direction
			table := install(t, firewall.Redirect(agent), scope)
			speaks(t, conn)
			assert.Empty(t, accepted)
			counters, err := table.Counters()
			require.NoError(t, err)
			assert.Zero(t, counters.Total().Packets)
			led := connect() // those of after are not
			<-accepted
			_ = led.Close()
		})
	}
}

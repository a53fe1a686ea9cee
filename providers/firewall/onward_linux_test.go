package firewall_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

func onward(dialer *net.Dialer) { dialer.Control = sockmark.Control(firewall.Onward) }

// TestWhatIsPassedOnIsMatched like the packets of anybody, and led to nobody again.
func TestWhatIsPassedOnIsMatched(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	target := listen(t, peer, peer.There)
	host := []netip.Prefix{netip.PrefixFrom(peer.There, 32)}
	elsewhere := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	port := []firewall.PortRange{firewall.Port(target.Port())}
	led, accepted := here(t)
	for name, test := range map[string]struct {
		verdict firewall.Verdict
		scope   firewall.Scope
		reaches bool
	}{
		"drop everything":   {firewall.Drop(), firewall.Scope{Direction: firewall.Egress}, false},
		"drop peer":         {firewall.Drop(), firewall.Scope{Direction: firewall.Egress, Peers: host}, false},
		"drop port":         {firewall.Drop(), firewall.Scope{Direction: firewall.Egress, DestinationPorts: port}, false},
		"drop another peer": {firewall.Drop(), firewall.Scope{Direction: firewall.Egress, Peers: elsewhere}, true},
		"queue":             {firewall.Queue(7, false), firewall.Scope{Direction: firewall.Egress, Peers: host}, false},
		"redirect":          {firewall.Redirect(led), firewall.Scope{Direction: firewall.Egress, Protocol: firewall.TCP}, true},
		"transparent":       {firewall.Transparent(led), firewall.Scope{Direction: firewall.Egress, Protocol: firewall.TCP}, true},
	} {
		t.Run(name, func(t *testing.T) {
			install(t, test.verdict, test.scope)
			assert.Equal(t, test.reaches, reaches(target, onward))
			assert.Empty(t, accepted)
		})
	}
}

// TestWhatIsLedToThisMachineIsNoTrafficOut, though the kernel still has its first route in mind.
func TestWhatIsLedToThisMachineIsNoTrafficOut(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	led, _ := here(t)
	install(t, firewall.Redirect(led), onPort(81))
	const only = firewall.TCP // what the kernel tells its neighbours is nobody's traffic
	for name, test := range map[string]struct {
		scope   firewall.Scope
		reaches bool
	}{
		"everything":        {firewall.Scope{Direction: firewall.Egress, Protocol: only}, true},
		"both ways":         {firewall.Scope{Protocol: only}, true},
		"its device":        {firewall.Scope{Direction: firewall.Egress, Protocol: only, Device: peer.Device}, true},
		"with the loopback": {firewall.Scope{Direction: firewall.Egress, Protocol: only, Loopback: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for which, verdict := range map[string]firewall.Verdict{"drop": firewall.Drop(), "queue": firewall.Queue(7, false)} {
				t.Run(which, func(t *testing.T) {
					table := install(t, verdict, test.scope)
					for _, addr := range []netip.Addr{peer.There, peer.Away6} {
						assert.Equal(t, test.reaches, reaches(netip.AddrPortFrom(addr, 81)), addr)
					}
					counters, err := table.Counters()
					require.NoError(t, err)
					assert.Equal(t, test.reaches, counters.Total().Packets == 0, "%+v", counters)
				})
			}
		})
	}
}

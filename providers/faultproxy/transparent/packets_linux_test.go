package transparent_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// packets puts a fault on packets in place beside an engine.
func packets(t *testing.T, id string, verdict firewall.Verdict, scope firewall.Scope) *firewall.Table {
	t.Helper()
	table, err := firewall.Install(firewall.Spec{ID: id, Scope: scope, Verdict: verdict, Deadline: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, table.Lift()) })
	return table
}

// counted counts packets and does nothing to them, as nobody listens on the queue.
func counted(t *testing.T, id string, scope firewall.Scope) func() uint64 {
	t.Helper()
	table := packets(t, id, firewall.Queue(7, true), scope)
	return func() uint64 {
		counters, err := table.Counters()
		assert.NoError(t, err)
		return counters.Total().Packets
	}
}

// conversation is whom the client of a test asks through an engine, and what says so of its packets.
type conversation struct {
	client *http.Client
	at     string         // the server
	engine string         // its specification, with a %d for the port
	scope  firewall.Scope // of exactly the packets that a fault would see without the engine
}

// asks is a client in this namespace and a server at the peer.
func asks(t *testing.T, peer *netnstest.Peer) conversation {
	t.Helper()
	var port uint16
	peer.Do(t, func() error { port = serve(t); return nil })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return conversation{
		&http.Client{Transport: transport, Timeout: patience}, url(peer.There, port, "/"), strings.Replace(down, "ingress", "egress", 1),
		firewall.Scope{Direction: firewall.Egress, Peers: host(peer.There), DestinationPorts: []firewall.PortRange{firewall.Port(port)}},
	}
}

// isAsked is a client at the peer and a server in this namespace.
func isAsked(t *testing.T, peer *netnstest.Peer) conversation {
	t.Helper()
	port := serve(t)
	return conversation{
		from(t, peer, false), url(peer.Here, port, "/"), down,
		firewall.Scope{Direction: firewall.Ingress, Peers: host(peer.There), DestinationPorts: []firewall.PortRange{firewall.Port(port)}},
	}
}

// answers are the packets the other way.
func (c conversation) answers() firewall.Scope {
	back := map[firewall.Direction]firewall.Direction{firewall.Egress: firewall.Ingress, firewall.Ingress: firewall.Egress}
	return firewall.Scope{Direction: back[c.scope.Direction], Peers: c.scope.Peers, SourcePorts: c.scope.DestinationPorts}
}

func host(addr netip.Addr) []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(addr, addr.BitLen())}
}

// passing is an engine whose fault meets none of the requests, so that all of them get to the server.
func (c conversation) passing(t *testing.T) *transparent.Running {
	t.Helper()
	s := spec(t, c.engine, c.scope.DestinationPorts[0].First)
	s.Rules[0].Match.Path, s.DialTimeout = "/down", 100*time.Millisecond
	r, err := transparent.Start(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() {
		c.client.CloseIdleConnections()
		assert.NoError(t, r.Close())
		<-r.Done()
	})
	return r
}

// TestFaultsOnPacketsMeetConnectionsOnce: of the two ways of what passes the engine they see the one between the namespace and its
// peer, with the peer's address and the port that was meant.
func TestFaultsOnPacketsMeetConnectionsOnce(t *testing.T) {
	for name, converse := range map[string]func(*testing.T, *netnstest.Peer) conversation{"egress": asks, "ingress": isAsked} {
		t.Run(name, func(t *testing.T) {
			peer := netnstest.NewPeer(t, 0)
			c := converse(t, peer)
			c.passing(t)
			counts := []func() uint64{
				counted(t, "questions", c.scope), counted(t, "answers", c.answers()),
				counted(t, "all", firewall.Scope{Protocol: firewall.TCP}),
				counted(t, "device", firewall.Scope{Protocol: firewall.TCP, Device: peer.Device}),
			}
			a := ask(t, c.client, http.MethodGet, c.at, nil)
			require.NoError(t, a.err)
			assert.Equal(t, 200, a.status)
			require.Eventually(t, func() bool { // acknowledgements may be late
				questions, answers, all, device := counts[0](), counts[1](), counts[2](), counts[3]()
				t.Logf("%d packets of questions and %d of answers, %d in all, %d on the device", questions, answers, all, device)
				return questions >= 3 && answers >= 2 && questions+answers == all && all == device
			}, patience, 10*time.Millisecond)
		})
	}
}

// TestPartitionsCutWhatPassesTheEngine, also when its fault has ended.
func TestPartitionsCutWhatPassesTheEngine(t *testing.T) {
	for name, test := range map[string]struct {
		converse     func(*testing.T, *netnstest.Peer) conversation
		opened, over bool // whether the connection is older than the partition, and than the end of the engine's fault
	}{
		"egress":          {asks, false, false},
		"egress, opened":  {asks, true, false},
		"egress, over":    {asks, true, true},
		"ingress":         {isAsked, false, false},
		"ingress, opened": {isAsked, true, false},
		"ingress, over":   {isAsked, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := test.converse(t, netnstest.NewPeer(t, 0))
			r := c.passing(t)
			if test.opened {
				require.NoError(t, ask(t, c.client, http.MethodGet, c.at, nil).err)
			}
			if test.over {
				require.NoError(t, r.Close())
			}
			table := packets(t, "cut", firewall.Drop(), c.scope)
			c.client.Timeout = time.Second
			assert.Error(t, ask(t, c.client, http.MethodGet, c.at, nil).err)
			counters, err := table.Counters()
			require.NoError(t, err)
			assert.Positive(t, counters.Total().Packets)
		})
	}
}

// TestBystandersPassBesideTheEngine and a partition.
func TestBystandersPassBesideTheEngine(t *testing.T) {
	c, other := asks(t, netnstest.NewPeer(t, 0)), asks(t, netnstest.NewPeer(t, 1))
	c.passing(t)
	packets(t, "cut", firewall.Drop(), c.scope)
	require.NoError(t, ask(t, other.client, http.MethodGet, other.at, nil).err)
}

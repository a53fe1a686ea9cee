package firewall_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/internal/sockmark"
)

const long = time.Minute

func install(t *testing.T, verdict firewall.Verdict, scope firewall.Scope) *firewall.Table {
	t.Helper()
	id := strings.NewReplacer("/", "_", "#", "_").Replace(strings.ToLower(t.Name()))
	table, err := firewall.Install(firewall.Spec{ID: id, Scope: scope, Verdict: verdict, Deadline: time.Now().Add(long)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, table.Lift()) })
	return table
}

// listen opens an echo server in the peer's namespace.
func listen(t *testing.T, peer *netnstest.Peer, addr netip.Addr) netip.AddrPort {
	t.Helper()
	var listener net.Listener
	peer.Do(t, func() (err error) {
		listener, err = net.Listen("tcp", netip.AddrPortFrom(addr, 0).String())
		return err
	})
	t.Cleanup(func() { _ = listener.Close() })
	go accept(listener)
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

func accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}

// reaches says whether a connection can be made.
func reaches(addr netip.AddrPort, options ...func(*net.Dialer)) bool {
	dialer := &net.Dialer{Timeout: time.Second}
	for _, option := range options {
		option(dialer)
	}
	conn, err := dialer.Dial("tcp", addr.String())
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func marked(dialer *net.Dialer) { dialer.Control = sockmark.Control(firewall.Mark) }

func TestDropTakesTheScopeAndNothingElse(t *testing.T) {
	peer, bystander := netnstest.NewPeer(t, 0), netnstest.NewPeer(t, 1)
	target, other := listen(t, peer, peer.There), listen(t, bystander, bystander.There)
	target6, otherPort := listen(t, peer, peer.Away6), listen(t, peer, peer.There)
	host := []netip.Prefix{netip.PrefixFrom(peer.There, 32)}
	port := []firewall.PortRange{firewall.Port(target.Port())}
	for name, test := range map[string]struct {
		scope firewall.Scope
		drops []bool // target, target6, otherPort, other
	}{
		"everything":         {firewall.Scope{}, []bool{true, true, true, true}},
		"egress":             {firewall.Scope{Direction: firewall.Egress}, []bool{true, true, true, true}},
		"ingress":            {firewall.Scope{Direction: firewall.Ingress}, []bool{true, true, true, true}},
		"peer":               {firewall.Scope{Peers: host}, []bool{true, false, true, false}},
		"nobody":             {firewall.Scope{Peers: []netip.Prefix{}}, []bool{false, false, false, false}},
		"excluded":           {firewall.Scope{ExcludedPeers: host}, []bool{false, true, false, true}},
		"port":               {firewall.Scope{DestinationPorts: port}, []bool{true, target6.Port() == target.Port(), false, false}},
		"source port":        {firewall.Scope{SourcePorts: port}, []bool{true, target6.Port() == target.Port(), false, false}},
		"port of egress":     {firewall.Scope{Direction: firewall.Egress, SourcePorts: port}, []bool{false, false, false, false}},
		"tcp":                {firewall.Scope{Protocol: firewall.TCP}, []bool{true, true, true, true}},
		"udp":                {firewall.Scope{Protocol: firewall.UDP}, []bool{false, false, false, false}},
		"device":             {firewall.Scope{Device: bystander.Device}, []bool{false, false, false, true}},
		"peer not on device": {firewall.Scope{Device: bystander.Device, Peers: host}, []bool{false, false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			install(t, firewall.Drop(), test.scope)
			for i, addr := range []netip.AddrPort{target, target6, otherPort, other} {
				assert.Equal(t, !test.drops[i], reaches(addr), addr)
			}
		})
	}
}

func TestOwnTrafficPasses(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	target := listen(t, peer, peer.There)
	install(t, firewall.Drop(), firewall.Scope{Direction: firewall.Egress})
	assert.False(t, reaches(target))
	assert.True(t, reaches(target, marked))
}

func TestLoopbackPassesUnlessAskedFor(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go accept(listener)
	addr := listener.Addr().(*net.TCPAddr).AddrPort()
	t.Run("not", func(t *testing.T) {
		install(t, firewall.Drop(), firewall.Scope{})
		assert.True(t, reaches(addr))
	})
	t.Run("asked", func(t *testing.T) {
		install(t, firewall.Drop(), firewall.Scope{Loopback: true})
		assert.False(t, reaches(addr))
	})
	t.Run("as the device", func(t *testing.T) {
		install(t, firewall.Drop(), firewall.Scope{Device: "lo"})
		assert.False(t, reaches(addr))
	})
}

func TestTheKernelEndsIt(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	target := listen(t, peer, peer.There)
	deadline := time.Now().Add(3 * time.Second)
	_, err := firewall.Install(firewall.Spec{ID: "ends", Verdict: firewall.Drop(), Deadline: deadline})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, firewall.Lift("ends")) })
	assert.False(t, reaches(target))
	assert.Eventually(t, func() bool { return reaches(target) }, 10*time.Second, 10*time.Millisecond)
	assert.WithinRange(t, time.Now(), deadline.Add(-20*time.Millisecond), deadline.Add(5*time.Second))

	infos, err := firewall.List()
	require.NoError(t, err)
	assert.Equal(t, []firewall.Info{{ID: "ends"}}, infos)
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Equal(t, []string{"ends"}, swept)
	infos, err = firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
}

func TestPeersAreReplaced(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	target := listen(t, peer, peer.There)
	table := install(t, firewall.Drop(), firewall.Scope{Peers: []netip.Prefix{}})
	assert.True(t, reaches(target))
	require.NoError(t, table.Update([]netip.Prefix{netip.PrefixFrom(peer.There, 32)}))
	assert.False(t, reaches(target))
	require.NoError(t, table.Update([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}))
	assert.True(t, reaches(target))
	require.NoError(t, table.Update(nil))
	assert.False(t, reaches(target))
}

func TestQueueWithoutListener(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	target := listen(t, peer, peer.There)
	t.Run("bypass", func(t *testing.T) {
		table := install(t, firewall.Queue(7, true), firewall.Scope{})
		assert.True(t, reaches(target))
		counters, err := table.Counters()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, counters.Egress.Packets, uint64(2), "SYN and ACK")
		assert.GreaterOrEqual(t, counters.Ingress.Packets, uint64(1), "SYN+ACK")
		assert.Greater(t, counters.Total().Bytes, uint64(100))
	})
	t.Run("drop", func(t *testing.T) {
		install(t, firewall.Queue(7, false), firewall.Scope{})
		assert.False(t, reaches(target))
	})
}

func TestTheSameFaultTwice(t *testing.T) {
	install(t, firewall.Drop(), firewall.Scope{})
	_, err := firewall.Install(firewall.Spec{ID: "thesamefaulttwice", Verdict: firewall.Drop(), Deadline: time.Now().Add(long)})
	assert.NoError(t, err)
	assert.NoError(t, firewall.Lift("thesamefaulttwice"))
	_, err = firewall.Install(firewall.Spec{ID: "testthesamefaulttwice", Verdict: firewall.Drop(), Deadline: time.Now().Add(long)})
	assert.ErrorIs(t, err, firewall.ErrExists)
}

func TestTooLate(t *testing.T) {
	_, err := firewall.Install(firewall.Spec{ID: "late", Verdict: firewall.Drop(), Deadline: time.Now()})
	assert.ErrorIs(t, err, firewall.ErrExpired)
	infos, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
}

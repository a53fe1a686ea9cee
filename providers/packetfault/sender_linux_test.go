package packetfault_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/packetfault"
)

// transfer sends over a fresh TCP connection, from here or from there, and says how long that takes until the last byte has come.
func transfer(tb testing.TB, peer *netnstest.Peer, d firewall.Direction, count int) time.Duration {
	tb.Helper()
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(peer.Here, 0)))
	require.NoError(tb, err)
	defer listener.Close()
	var there *net.TCPConn
	peer.Do(tb, func() (err error) {
		there, err = net.DialTCP("tcp", nil, tcpAddr(listener))
		return err
	})
	defer there.Close()
	here, err := listener.AcceptTCP()
	require.NoError(tb, err)
	defer here.Close()
	from, to := here, there
	if d == firewall.Ingress {
		from, to = there, here
	}
	began := time.Now()
	go func() { _, _ = from.Write(make([]byte, count)) }()
	n, err := io.CopyN(io.Discard, to, int64(count))
	require.NoError(tb, err)
	require.EqualValues(tb, count, n)
	return time.Since(began)
}

func tcpAddr(l *net.TCPListener) *net.TCPAddr { return l.Addr().(*net.TCPAddr) }

// TestDelayIsNoBandwidth: a sender is not to wait for what is held of it.
func TestDelayIsNoBandwidth(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	took := map[firewall.Direction]time.Duration{}
	for _, d := range []firewall.Direction{firewall.Ingress, firewall.Egress, firewall.Both} {
		t.Run(string(d), func(t *testing.T) {
			r := start(t, packetfault.Spec{Scope: only(d, peer.There), Delay: &packetfault.Delay{Latency: 50 * time.Millisecond}})
			took[d] = transfer(t, peer, d, 1<<20)
			t.Logf("1 MiB took %s; %+v", took[d], r.Stats())
		})
	}
	assert.Less(t, took[firewall.Egress], 4*took[firewall.Ingress])
	assert.Less(t, took[firewall.Both], 8*took[firewall.Ingress], "each round trip takes twice as long")
}

// TestDelayBlocksNoSender that sends more than the buffer of its socket has room for before the first packet arrives.
func TestDelayBlocksNoSender(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	const count, latency = 1000, 2 * time.Second
	r := start(t, packetfault.Spec{Scope: only(firewall.Egress, peer.There), Delay: &packetfault.Delay{Latency: latency}})
	began := time.Now()
	for range count {
		_, err := u.here.WriteToUDPAddrPort(make([]byte, 1000), address(u.there))
		require.NoError(t, err)
	}
	took := time.Since(began)
	assert.Less(t, took, latency/2)
	t.Logf("took %s; %+v", took, r.Stats())
}

// TestHeldPacketsAreOnNobodysAccount, whatever their size and the memory that the kernel took for them, and arrive as they were, also
// when their socket is closed meanwhile. Larger ones than 1,472 bytes leave in fragments.
func TestHeldPacketsAreOnNobodysAccount(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	for name, addr := range map[string][2]netip.Addr{"4": {peer.Here, peer.There}, "6": {peer.Here6, peer.Away6}} {
		t.Run(name, func(t *testing.T) {
			for _, length := range []int{0, 1, 100, 300, 400, 700, 1000, 1400, 1472, 1473, 4000, 9000, 20000, 40000, 65000} {
				u := newUDP(t, peer, addr[0], addr[1])
				r := start(t, packetfault.Spec{Scope: only(firewall.Egress, addr[1]), Delay: &packetfault.Delay{Latency: time.Hour}})
				sent := make([]byte, length)
				_, err := rand.NewChaCha8([32]byte{1}).Read(sent)
				require.NoError(t, err)
				_, err = u.here.WriteToUDPAddrPort(sent, address(u.there))
				require.NoError(t, err)
				assert.Eventually(t, func() bool { return r.Stats().Held == 1 }, 10*time.Second, time.Millisecond)
				assert.Zero(t, queued(t, u.here), "%d bytes", length)
				require.NoError(t, u.here.Close())
				require.NoError(t, r.Close())
				got := make([]byte, 1<<16)
				require.NoError(t, u.there.SetReadDeadline(time.Now().Add(10*time.Second)))
				n, err := u.there.Read(got)
				require.NoError(t, err)
				assert.True(t, bytes.Equal(sent, got[:n]), "%d bytes", length)
			}
		})
	}
}

// queued is what counts against a socket's buffer.
func queued(t *testing.T, conn *net.UDPConn) (count int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) { count, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }))
	require.NoError(t, err)
	return count
}

// TestDelayOfWhatIsTranslated: the kernel knows the connection, from its first packet on.
func TestDelayOfWhatIsTranslated(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	conn, err := nftables.New()
	require.NoError(t, err)
	table := conn.AddTable(&nftables.Table{Name: "translate", Family: nftables.TableFamilyIPv4})
	chain := conn.AddChain(&nftables.Chain{
		Name: "out", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest,
	})
	there := peer.There.As4()
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{
		&expr.Immediate{Register: 1, Data: there[:]},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1},
	}})
	require.NoError(t, conn.Flush())
	t.Cleanup(func() { conn.DelTable(table); assert.NoError(t, conn.Flush()) })
	r := start(t, packetfault.Spec{Scope: only(firewall.Egress, peer.There), Delay: &packetfault.Delay{Latency: 5 * time.Millisecond}})
	var listener *net.TCPListener
	peer.Do(t, func() (err error) {
		listener, err = net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(peer.There, 0)))
		return err
	})
	defer listener.Close()
	elsewhere := netip.AddrPortFrom(netip.MustParseAddr("10.77.0.99"), tcpAddr(listener).AddrPort().Port())
	client, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(elsewhere))
	require.NoError(t, err)
	defer client.Close()
	server, err := listener.Accept()
	require.NoError(t, err)
	defer server.Close()
	go func() { _, _ = client.Write(make([]byte, 1<<20)) }()
	_, err = io.CopyN(io.Discard, server, 1<<20)
	require.NoError(t, err)
	assert.Zero(t, r.Stats().Dropped)
}

package faultproxy

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testMark = 0x6d79

// startTransparent is a proxy behind a redirect of every connection to the port
// of the upstream.
func startTransparent(t *testing.T, upstream string) *Proxy {
	t.Helper()
	p := startConfigured(t, Config{Listen: ":0", Destination: OriginalDestination, Mark: testMark, Drain: patience})
	redirectOutput(t, portOf(t, upstream), portOf(t, p.Addr()), testMark)
	return p
}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	at, err := netip.ParseAddrPort(address)
	require.NoError(t, err)
	return at.Port()
}

// serveBoth echoes on IPv4 and IPv6.
func serveBoth(t *testing.T, handle func(*net.TCPConn)) (v4, v6 string) {
	t.Helper()
	address := serveOn(t, "[::]:0", handle)
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return "127.0.0.1:" + port, "[::1]:" + port
}

func TestRedirectedConnectionsReachWhereTheyWereGoing(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	v4, v6 := serveBoth(t, echo)
	p := startTransparent(t, v4)
	for _, address := range []string{v4, v6} {
		conn := dial(t, address)
		assert.Equal(t, "hello", roundTrip(t, conn, "hello"))
		eventually(t, func() bool { return sessions(p) == 1 }, "it goes through the proxy")
		require.NoError(t, conn.CloseWrite())
		rest, err := io.ReadAll(conn)
		require.NoError(t, err)
		assert.Empty(t, rest)
		eventually(t, func() bool { return sessions(p) == 0 }, "a half-close ends it on both sides")
	}
}

func TestAConnectionToTheProxyItselfIsRefused(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := startTransparent(t, "127.0.0.1:7")
	port := portOf(t, p.Addr())
	for _, address := range []string{"127.0.0.1", "::1"} {
		assert.Error(t, knock(netip.AddrPortFrom(netip.MustParseAddr(address), port).String()))
	}
	eventually(t, func() bool { return sessions(p) == 0 }, "no circle")
}

func TestResetsHitTheirShareOfRedirectedConnections(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	v4, _ := serveBoth(t, echo)
	p := startTransparent(t, v4)
	put(t, p, Rule{ID: "reset", Kind: Reset, Probability: 0.5, Seed: 11})
	failed := 0
	for range 100 {
		if knock(v4) != nil {
			failed++
		}
	}
	assert.EqualValues(t, failed, stats(t, p, "reset").Connections)
	assert.Greater(t, failed, 20, "a seeded draw of 100 at a half")
	assert.Less(t, failed, 80)
}

// TestRedirectedConnectionsOutliveTheFault: at the end of the fault nothing is
// cut, held or changed any more.
func TestRedirectedConnectionsOutliveTheFault(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	v4, _ := serveBoth(t, echo)
	p, err := Start(Config{Listen: ":0", Destination: OriginalDestination, Mark: testMark, Drain: 200 * time.Millisecond})
	require.NoError(t, err)
	redirectOutput(t, portOf(t, v4), portOf(t, p.Addr()), testMark)
	idle, held := dial(t, v4), dial(t, v4)
	assert.Equal(t, "a", roundTrip(t, idle, "a"))
	assert.Equal(t, "b", roundTrip(t, held, "b"))
	put(t, p, Rule{ID: "slow", Kind: Delay, Latency: time.Hour})
	_, err = io.WriteString(held, "held")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "slow").Bytes == 4 }, "held")
	require.NoError(t, p.Close())
	assert.Equal(t, "held", receive(t, held, 4))
	assert.Equal(t, "still", roundTrip(t, idle, "still"))
	require.ErrorIs(t, p.Put(Rule{ID: "late", Kind: Partition}), ErrClosed)
	select {
	case <-p.Done():
		assert.Fail(t, "two connections are still open")
	default:
	}
	require.NoError(t, idle.Close())
	require.NoError(t, held.Close())
	<-p.Done()
}

package firewall_test

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

// parrot repeats what it hears on connections, in the namespace of the calling thread.
func parrot(t *testing.T) (port uint16) {
	t.Helper()
	listener, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).AddrPort().Port()
}

func dial(t *testing.T, to netip.AddrPort) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", to.String(), patience)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// speaks says whether a connection carries bytes both ways.
func speaks(t *testing.T, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	_, err := io.WriteString(conn, "hello")
	require.NoError(t, err)
	heard := make([]byte, len("hello"))
	_, err = io.ReadFull(conn, heard)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(heard))
}

// TestServedConnectionsOutliveTheEffect: nobody may remove the table before they have ended.
func TestServedConnectionsOutliveTheEffect(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	table := install(t, firewall.Redirect(parrot(t)), onPort(81))
	conn := dial(t, netip.AddrPortFrom(peer.There, 81))
	speaks(t, conn)
	require.NoError(t, table.Disarm())
	require.NoError(t, firewall.Tidy())
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Empty(t, swept)
	speaks(t, conn)
	infos, err := firewall.List()
	require.NoError(t, err)
	require.Len(t, infos, 1)
	assert.Zero(t, infos[0].Left)
	assert.LessOrEqual(t, infos[0].Serving, 5*time.Minute, "not from the deadline, which is later")

	require.NoError(t, conn.Close())
	require.NoError(t, table.Settle())
	require.NoError(t, table.Disarm(), "does not make it serve again")
	require.NoError(t, firewall.Tidy())
	infos, err = firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
}

// TestTheNewestRedirectHasTheConnection: of chains with one priority the kernel asks the newest first.
func TestTheNewestRedirectHasTheConnection(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	first, other := here(t)
	second, accepted := here(t)
	install(t, firewall.Redirect(first), onPort(81))
	later, err := firewall.Install(firewall.Spec{ID: "later", Scope: onPort(81), Verdict: firewall.Redirect(second), Deadline: time.Now().Add(long)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, later.Lift()) })
	for range 3 {
		assert.True(t, reaches(netip.AddrPortFrom(peer.There, 81)))
		<-accepted
	}
	assert.Empty(t, other)
}

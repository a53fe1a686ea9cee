package faultproxy

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAGentleEndTakesLateHandshakes: to the listener, a connection whose handshake ends behind Close is
// one that is made then.
func TestAGentleEndTakesLateHandshakes(t *testing.T) {
	p, err := Start(Config{Listen: "127.0.0.1:0", Upstream: serve(t, echo), Drain: time.Millisecond})
	require.NoError(t, err)
	put(t, p, Rule{ID: "cut", Kind: Partition})
	early := dial(t, p.Addr())
	require.NoError(t, p.Close())
	late := dial(t, p.Addr())
	require.Equal(t, "x", roundTrip(t, late, "x"), "without a fault")
	require.NoError(t, early.Close())
	require.NoError(t, late.Close())
	select {
	case <-p.Done():
	case <-time.After(patience):
		require.Fail(t, "it accepts for ever")
	}
	require.Error(t, knock(p.Addr()), "nobody listens any more")
}

// TestAGentleEndWaitsForSessions, but not for connections that may yet come.
func TestAGentleEndWaitsForSessions(t *testing.T) {
	p, err := Start(Config{Listen: "127.0.0.1:0", Upstream: serve(t, echo), Drain: time.Hour})
	require.NoError(t, err)
	conn := dial(t, p.Addr())
	require.Equal(t, "x", roundTrip(t, conn, "x"))
	closed := make(chan error, 1)
	go func() { closed <- p.Close() }()
	silent(t, conn)
	require.Empty(t, closed)
	require.NoError(t, conn.Close())
	select {
	case err := <-closed:
		require.NoError(t, err)
	case <-time.After(patience):
		require.Fail(t, "Close waits for nobody")
	}
	<-p.Done()
}

// TestConnectionsThatWaitAreTakenBehindTheDeadline of the listener, which had no time for them.
func TestConnectionsThatWaitAreTakenBehindTheDeadline(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	p.mu.Lock() // accept waits for it
	var waiting []*net.TCPConn
	for range 3 {
		waiting = append(waiting, dial(t, p.Addr()))
	}
	p.deafen(-time.Second)
	p.mu.Unlock()
	for _, conn := range waiting {
		require.Equal(t, "x", roundTrip(t, conn, "x"))
	}
	<-p.deaf
}

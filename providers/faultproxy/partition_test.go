package faultproxy

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPartitionHoldsWithoutEndingAnything(t *testing.T) {
	for _, way := range []Direction{"", Egress, Ingress} {
		t.Run("direction "+string(way), func(t *testing.T) {
			p := startProxy(t, serve(t, echo))
			open := dial(t, p.Addr())
			require.Equal(t, "before", roundTrip(t, open, "before"))
			put(t, p, Rule{ID: "cut", Kind: Partition, Direction: way})
			fresh := dial(t, p.Addr())
			for _, conn := range []*net.TCPConn{open, fresh} {
				_, err := io.WriteString(conn, "held")
				require.NoError(t, err)
				silent(t, conn)
			}
			require.EqualValues(t, 2, stats(t, p, "cut").Connections)
			require.True(t, p.Remove("cut"))
			require.Equal(t, "held", receive(t, open, 4))
			require.Equal(t, "held", receive(t, fresh, 4))
			require.Equal(t, "after", roundTrip(t, open, "after"))
		})
	}
}

func TestPartitionHoldsTheEndToo(t *testing.T) {
	ended := make(chan struct{})
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		_, _ = io.ReadAll(conn)
		close(ended)
	}))
	conn := dial(t, p.Addr())
	eventually(t, func() bool { return sessions(p) == 1 }, "the session")
	_, err := io.WriteString(conn, "x")
	require.NoError(t, err)
	put(t, p, Rule{ID: "cut", Kind: Partition})
	require.NoError(t, conn.Close())
	select {
	case <-ended:
		require.Fail(t, "the upstream saw the client go")
	case <-time.After(holding):
	}
	require.True(t, p.Remove("cut"))
	<-ended
}

func TestPartitionedClientThatGivesUpNeverReachesTheUpstream(t *testing.T) {
	var reached sync.Map
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		text, _ := io.ReadAll(conn)
		reached.Store(string(text), true)
	}))
	put(t, p, Rule{ID: "cut", Kind: Partition})
	gone := dial(t, p.Addr())
	_, _ = io.WriteString(gone, "stale")
	eventually(t, func() bool { return stats(t, p, "cut").Connections == 1 }, "held")
	require.NoError(t, gone.Close())
	eventually(t, func() bool { return clientHungUp(p) }, "the close has arrived")
	require.True(t, p.Remove("cut"))
	eventually(t, func() bool { return sessions(p) == 0 }, "the session is over")
	fresh := dial(t, p.Addr())
	_, _ = io.WriteString(fresh, "fresh")
	require.NoError(t, fresh.CloseWrite())
	_, _ = io.ReadAll(fresh)
	_, stale := reached.Load("stale")
	require.False(t, stale)
}

func clientHungUp(p *Proxy) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sessions {
		return hungUp(s.client)
	}
	return false
}

func TestPartitionTakesHoldOfABurst(t *testing.T) {
	const total = 64 << 20
	p := startProxy(t, serve(t, echo))
	conn := dial(t, p.Addr())
	data := noise(total)
	var sending sync.WaitGroup
	sending.Go(func() {
		_, _ = conn.Write(data)
		_ = conn.CloseWrite()
	})
	head := receive(t, conn, 1<<20)
	put(t, p, Rule{ID: "cut", Kind: Partition})
	eventually(t, func() bool { return stats(t, p, "cut").Connections == 1 }, "the burst is held")
	drained := drainKernel(t, conn)
	silent(t, conn)
	require.True(t, p.Remove("cut"))
	rest, err := io.ReadAll(conn)
	require.NoError(t, err)
	sending.Wait()
	got := append(append([]byte(head), drained...), rest...)
	require.True(t, bytes.Equal(data, got), "every byte, in order")
}

// drainKernel reads what was already under way.
func drainKernel(t *testing.T, conn net.Conn) []byte {
	t.Helper()
	var got []byte
	buf := make([]byte, 1<<20)
	for {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(holding)))
		n, err := conn.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
			return got
		}
	}
}

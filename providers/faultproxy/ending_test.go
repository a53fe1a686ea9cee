package faultproxy

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDelayedAnswerOutlivesItsSender has an upstream answer and close while the
// client is still sending, as one does that refuses an upload: the answer is on
// its way, and only behind it may the client learn of the break.
func TestDelayedAnswerOutlivesItsSender(t *testing.T) {
	p := startProxy(t, serve(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1))
		_, _ = io.WriteString(conn, "answer")
	}))
	put(t, p, Rule{ID: "slow", Kind: Delay, Direction: Ingress, Latency: time.Hour})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "x")
	require.NoError(t, err)
	s := onlySession(t, p)
	eventually(t, func() bool { return stats(t, p, "slow").Bytes == 6 }, "the answer is held")
	eventually(t, func() bool {
		_, _ = io.WriteString(conn, "more")
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.ingress.broken
	}, "the upstream takes no more")
	require.True(t, p.Remove("slow"))
	require.Equal(t, "answer", receive(t, conn, 6))
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestHalfCloseReachesEachSide(t *testing.T) {
	heard := make(chan string, 1)
	upstream := serve(t, func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, "greeting")
		_ = conn.CloseWrite()
		got, _ := io.ReadAll(conn)
		heard <- string(got)
	})
	conn := dial(t, startProxy(t, upstream).Addr())
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, "greeting", string(got))
	_, err = io.WriteString(conn, "late words")
	require.NoError(t, err)
	require.NoError(t, conn.CloseWrite())
	require.Equal(t, "late words", <-heard)
}

func TestUpstreamThatRefusesEndsTheConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	p := startProxy(t, listener.Addr().String())
	require.ErrorIs(t, knock(p.Addr()), syscall.ECONNRESET)
}

func TestResetOfOneSideReachesTheOther(t *testing.T) {
	t.Run("upstream", func(t *testing.T) {
		p := startProxy(t, serve(t, func(conn *net.TCPConn) {
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.SetLinger(0)
		}))
		conn := dial(t, p.Addr())
		_, _ = io.WriteString(conn, "x")
		_, err := conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
	t.Run("client", func(t *testing.T) {
		fate := make(chan error, 1)
		p := startProxy(t, serve(t, func(conn *net.TCPConn) {
			_, _ = conn.Read(make([]byte, 1))
			_, err := conn.Read(make([]byte, 1))
			fate <- err
		}))
		conn := dial(t, p.Addr())
		_, _ = io.WriteString(conn, "x")
		eventually(t, func() bool { return sessions(p) == 1 }, "the session")
		require.NoError(t, conn.SetLinger(0))
		require.NoError(t, conn.Close())
		require.ErrorIs(t, <-fate, syscall.ECONNRESET)
	})
}

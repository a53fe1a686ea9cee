package faultproxy

import (
	"bytes"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exchangeAll sends data, half-closes, and returns all that comes back.
func exchangeAll(t testing.TB, conn *net.TCPConn, data []byte) []byte {
	t.Helper()
	var sending sync.WaitGroup
	sending.Go(func() {
		_, err := conn.Write(data)
		assert.NoError(t, err)
		assert.NoError(t, conn.CloseWrite())
	})
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	sending.Wait()
	return got
}

func TestForwardsEverySizeUnchanged(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	for _, size := range []int{0, 1, smallBuffer - 1, smallBuffer, smallBuffer + 1, 5 << 20} {
		data := noise(size)
		got := exchangeAll(t, dial(t, p.Addr()), data)
		require.True(t, bytes.Equal(data, got), "%d bytes", size)
	}
}

func TestChatterAndBurstsTakeTurns(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	conn := dial(t, p.Addr())
	for i := range 20 {
		text := string(noise(1 + i%3*300_000))
		var sending sync.WaitGroup
		sending.Go(func() { _, _ = io.WriteString(conn, text) })
		require.Equal(t, text, receive(t, conn, len(text)))
		sending.Wait()
	}
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

func TestCloseEndsOpenConnectionsAndRefusesRules(t *testing.T) {
	p, err := Start(Config{Listen: "127.0.0.1:0", Upstream: serve(t, echo)})
	require.NoError(t, err)
	conn := dial(t, p.Addr())
	require.Equal(t, "hello", roundTrip(t, conn, "hello"))
	require.NoError(t, p.Close())
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err)
	require.NoError(t, p.Close(), "a second Close does nothing")
	require.ErrorIs(t, p.Put(Rule{ID: "late", Kind: Partition}), ErrClosed)
	require.False(t, p.Remove("late"))
	require.Empty(t, p.Status())
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	_, err := Start(Config{Listen: "127.0.0.1:0"})
	require.ErrorContains(t, err, "no upstream")
	_, err = Start(Config{Listen: "256.0.0.1:0", Upstream: "127.0.0.1:1"})
	require.ErrorContains(t, err, "start fault proxy")
}

// sessions is how many connections the proxy serves.
func sessions(p *Proxy) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sessions)
}

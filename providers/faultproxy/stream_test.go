package faultproxy

import (
	"bytes"
	"io"
	"net"
	"sync"
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

package faultproxy

import (
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestNoDescriptorLeftBreaksTheSessionAlone: a session that gets off the express
// needs a descriptor for a moment. Without one it ends, and the process does not.
func TestNoDescriptorLeftBreaksTheSessionAlone(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	conn := dial(t, p.Addr())
	require.Equal(t, "x", roundTrip(t, conn, "x"))
	exhaustDescriptors(t, func() {
		put(t, p, Rule{ID: "slow", Kind: Delay, Latency: time.Millisecond})
		eventually(t, func() bool { return sessions(p) == 0 }, "the session is over")
	})
	_, err := conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET, "no end that could be taken for the stream's")
	require.Equal(t, "x", roundTrip(t, dial(t, p.Addr()), "x"))
}

// exhaustDescriptors runs something while no file can be opened.
func exhaustDescriptors(t *testing.T, run func()) {
	t.Helper()
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: limit.Max}))
	defer func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)) }()
	run()
}

// TestDescriptorsAreGivenBack has connections end in every way there is.
func TestDescriptorsAreGivenBack(t *testing.T) {
	upstream := serve(t, echo)
	require.NoError(t, knock(upstream)) // the poller's own descriptors are there to stay
	before := descriptors(t)
	p, err := Start(Config{Listen: "127.0.0.1:0", Upstream: upstream})
	require.NoError(t, err)
	for i := range 20 {
		conns := []*net.TCPConn{dial(t, p.Addr()), dial(t, p.Addr()), dial(t, p.Addr())}
		for _, conn := range conns {
			require.Equal(t, "x", roundTrip(t, conn, "x"))
		}
		require.NoError(t, conns[0].CloseWrite())
		put(t, p, Rule{ID: "cut", Kind: Partition})
		held := dial(t, p.Addr())
		require.True(t, p.Remove("cut"))
		if i%2 == 0 {
			put(t, p, Rule{ID: "rst", Kind: Reset, Probability: 0.5, Seed: int64(i)})
			require.True(t, p.Remove("rst"))
		}
		for _, conn := range append(conns, held) {
			_ = conn.Close()
		}
	}
	_ = dial(t, p.Addr()) // open when the proxy closes
	require.NoError(t, p.Close())
	eventually(t, func() bool { return descriptors(t) <= before+1 }, "only the client's own is left")
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}

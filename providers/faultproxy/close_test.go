package faultproxy

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCloseDoesNotWaitForStuckPeers closes the proxy while a session is blocked
// in each of the places where one can be.
func TestCloseDoesNotWaitForStuckPeers(t *testing.T) {
	flood := func(conn *net.TCPConn) {
		for {
			if _, err := conn.Write(make([]byte, largeBuffer)); err != nil {
				return
			}
		}
	}
	silence := func(conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 1)) }
	never := func(ctx context.Context, _ *net.TCPConn) (*net.TCPConn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, c := range map[string]struct {
		upstream func(*net.TCPConn)
		dial     func(context.Context, *net.TCPConn) (*net.TCPConn, error)
		rule     Rule
	}{
		"a burst to a deaf client":    {upstream: flood},
		"a full delay line":           {upstream: flood, rule: Rule{ID: "r", Kind: Delay, Direction: Ingress, Latency: time.Hour}},
		"a throttled flood":           {upstream: flood, rule: Rule{ID: "r", Kind: Bandwidth, Rate: 8}},
		"a partition":                 {upstream: flood, rule: Rule{ID: "r", Kind: Partition}},
		"a held request":              {upstream: silence, rule: Rule{ID: "r", Kind: HTTPDelay, Percent: 100, Latency: time.Hour}},
		"an upstream that is not met": {dial: never},
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{Listen: "127.0.0.1:0", Dial: c.dial}
			if c.upstream != nil {
				config.Upstream = serve(t, c.upstream)
			}
			p, err := Start(config)
			require.NoError(t, err)
			if c.rule.ID != "" {
				put(t, p, c.rule)
			}
			conn := dial(t, p.Addr())
			_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			s := onlySession(t, p)
			if c.rule.ID != "" {
				eventually(t, func() bool { return stats(t, p, "r").Connections == 1 }, "the rule has hold of it")
			}
			closed := make(chan error)
			go func() { closed <- p.Close() }()
			select {
			case err := <-closed:
				require.NoError(t, err)
			case <-time.After(patience):
				require.Fail(t, "Close waits")
			}
			require.True(t, s.over())
		})
	}
}

// TestCloseLetsNothingOut: what a rule holds back when the proxy closes is lost
// with its connection, and does not reach the upstream as the rule goes.
func TestCloseLetsNothingOut(t *testing.T) {
	for name, rule := range map[string]Rule{
		"partition": {ID: "held", Kind: Partition},
		"delay":     {ID: "held", Kind: Delay, Latency: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var reached atomic.Int64
			upstream := serve(t, func(conn *net.TCPConn) {
				n, _ := io.Copy(io.Discard, conn)
				reached.Add(n)
			})
			for range 30 {
				p, err := Start(Config{Listen: "127.0.0.1:0", Upstream: upstream})
				require.NoError(t, err)
				put(t, p, rule)
				for range 4 {
					_, err := io.WriteString(dial(t, p.Addr()), "held")
					require.NoError(t, err)
				}
				eventually(t, func() bool { return stats(t, p, "held").Connections == 4 }, "held")
				require.NoError(t, p.Close())
			}
			require.Zero(t, reached.Load())
		})
	}
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

// TestASessionThatHasEndedCanBePoked: a change of rules may come between the end of a session and the
// moment in which the proxy forgets it.
func TestASessionThatHasEndedCanBePoked(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	require.Equal(t, "x", roundTrip(t, dial(t, p.Addr()), "x"))
	s := onlySession(t, p)
	s.abort(Both)
	eventually(t, func() bool { return sessions(p) == 0 }, "it is forgotten")
	require.NotPanics(t, s.poke)
}

package faultproxy

import (
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDelayAddsItsLatencyOnceToARoundTrip(t *testing.T) {
	const latency = 50 * time.Millisecond
	p := startProxy(t, serve(t, echo))
	open := dial(t, p.Addr())
	require.Equal(t, "before", roundTrip(t, open, "before"))
	put(t, p, Rule{ID: "slow", Kind: Delay, Latency: latency})
	for _, conn := range []net.Conn{open, dial(t, p.Addr())} {
		began := time.Now()
		require.Equal(t, "during", roundTrip(t, conn, "during"))
		require.GreaterOrEqual(t, time.Since(began), latency)
	}
	s := stats(t, p, "slow")
	require.EqualValues(t, 2, s.Connections)
	require.EqualValues(t, 12, s.Bytes, "the requests, not the responses")
	require.False(t, s.First.IsZero())
	require.False(t, s.Last.Before(s.First))
}

func TestRemovedDelayFlushesInOrder(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "slow", Kind: Delay, Latency: time.Hour, Direction: Both})
	conn := dial(t, p.Addr())
	want := ""
	for _, word := range []string{"one ", "two ", "three "} {
		want += word
		_, err := io.WriteString(conn, word)
		require.NoError(t, err)
		eventually(t, func() bool { return stats(t, p, "slow").Bytes >= int64(len(want)) }, word)
	}
	silent(t, conn)
	require.True(t, p.Remove("slow"))
	require.False(t, p.Remove("slow"))
	require.Equal(t, want, receive(t, conn, len(want)))
	require.Equal(t, "plain again", roundTrip(t, conn, "plain again"))
}

func TestDelaysAddUpAndEndEachByItself(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "long", Kind: Delay, Latency: time.Hour})
	put(t, p, Rule{ID: "short", Kind: Delay, Latency: 40 * time.Millisecond})
	conn := dial(t, p.Addr())
	began := time.Now()
	_, err := io.WriteString(conn, "x")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "short").Bytes == 1 }, "in the line")
	require.True(t, p.Remove("long"))
	require.Equal(t, "x", receive(t, conn, 1))
	require.GreaterOrEqual(t, time.Since(began), 40*time.Millisecond)
}

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
	for _, s := range p.open() {
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
	require.True(t, string(got) == string(data), "every byte, in order")
}

// drainKernel reads what was already under way.
func drainKernel(t *testing.T, conn net.Conn) []byte {
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

func TestResetHitsOpenAndNewConnections(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	open := dial(t, p.Addr())
	require.Equal(t, "before", roundTrip(t, open, "before"))
	put(t, p, Rule{ID: "rst", Kind: Reset, Probability: 1})
	_, err := open.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.ErrorIs(t, knock(p.Addr()), syscall.ECONNRESET)
	require.EqualValues(t, 2, stats(t, p, "rst").Connections)
	require.True(t, p.Remove("rst"))
	require.Equal(t, "after", roundTrip(t, dial(t, p.Addr()), "after"))
}

func TestResetBySeedHitsTheSameConnections(t *testing.T) {
	hits := func() (list []int) {
		p := startProxy(t, serve(t, echo))
		put(t, p, Rule{ID: "rst", Kind: Reset, Probability: 0.5, Seed: 11})
		for i := range 40 {
			if knock(p.Addr()) != nil {
				list = append(list, i)
			}
		}
		assert.EqualValues(t, len(list), stats(t, p, "rst").Connections)
		return list
	}
	first := hits()
	require.Equal(t, first, hits())
	require.Greater(t, len(first), 8)
	require.Less(t, len(first), 32)
}

func TestBandwidthSpacesBytesOutAndLosesNone(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	conn := dial(t, p.Addr())
	require.Equal(t, "before", roundTrip(t, conn, "before"))
	put(t, p, Rule{ID: "thin", Kind: Bandwidth, Direction: Egress, Rate: 800_000, Buffer: 1000})
	data := string(noise(11_000))
	began := time.Now()
	require.Equal(t, data, roundTrip(t, conn, data))
	require.GreaterOrEqual(t, time.Since(began), 99*time.Millisecond, "10,000 bytes beyond the burst at 100 kB/s")
	require.EqualValues(t, len(data), stats(t, p, "thin").Bytes)
}

func TestRemovedBandwidthLetsGoAtOnce(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "thin", Kind: Bandwidth, Rate: 8, Buffer: 1})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "hours at one byte a second")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "thin").Bytes > 0 }, "throttled")
	require.True(t, p.Remove("thin"))
	require.Equal(t, "hours at one byte a second", receive(t, conn, 26))
}

func TestDeadlineEndsARuleByItself(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	conn := dial(t, p.Addr())
	put(t, p, Rule{ID: "cut", Kind: Partition, Deadline: time.Now().Add(80 * time.Millisecond)})
	began := time.Now()
	require.Equal(t, "x", roundTrip(t, conn, "x"))
	require.Greater(t, time.Since(began), 40*time.Millisecond)
	require.Empty(t, p.Status())
	require.ErrorContains(t, p.Put(Rule{ID: "late", Kind: Partition, Deadline: time.Now()}), "deadline has passed")
}

func TestPutAgainIsOneRule(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	rule := Rule{ID: "slow", Kind: Delay, Latency: time.Millisecond, Deadline: time.Now().Add(time.Hour)}
	put(t, p, rule)
	before := p.rules.Load()
	rule.Deadline = rule.Deadline.Round(0) // as from JSON
	put(t, p, rule)
	require.Same(t, before, p.rules.Load(), "the very same rule changes nothing")

	require.Equal(t, "x", roundTrip(t, dial(t, p.Addr()), "x"))
	rule.Latency = 2 * time.Millisecond
	put(t, p, rule)
	require.Len(t, p.Status(), 1)
	require.EqualValues(t, 1, stats(t, p, "slow").Bytes, "a changed rule keeps its evidence")
	put(t, p, Rule{ID: "slow", Kind: Partition})
	require.Zero(t, stats(t, p, "slow").Bytes, "evidence of another kind would prove nothing")
}

func TestReplacedRuleOutlivesTheFirstDeadline(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "cut", Kind: Partition, Deadline: time.Now().Add(30 * time.Millisecond)})
	put(t, p, Rule{ID: "cut", Kind: Partition, Direction: Egress})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "x")
	require.NoError(t, err)
	silent(t, conn)
	require.Len(t, p.Status(), 1)
}

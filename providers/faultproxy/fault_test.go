package faultproxy

import (
	"io"
	"net"
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
	// What a pause of the machine has paid for passes at once, and is not counted.
	require.Positive(t, stats(t, p, "thin").Bytes)
	require.LessOrEqual(t, stats(t, p, "thin").Bytes, int64(len(data)))
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

package faultproxy

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryPartitionThatHoldsHasEvidence(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	open := dial(t, p.Addr())
	require.Equal(t, "x", roundTrip(t, open, "x"))
	put(t, p, Rule{ID: "one", Kind: Partition})
	put(t, p, Rule{ID: "two", Kind: Partition, Direction: Egress})
	_, err := io.WriteString(open, "held")
	require.NoError(t, err)
	fresh := dial(t, p.Addr())
	for _, id := range []string{"one", "two"} {
		eventually(t, func() bool { return stats(t, p, id).Connections == 2 }, id)
		assert.EqualValues(t, 4, stats(t, p, id).Bytes, "%s: those of the connection that was open", id)
	}
	_ = fresh.Close()
}

func TestReplacedPartitionCountsItsBytesOnce(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	conn := dial(t, p.Addr())
	require.Equal(t, "x", roundTrip(t, conn, "x"))
	put(t, p, Rule{ID: "cut", Kind: Partition})
	_, err := io.WriteString(conn, "held")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "cut").Bytes == 4 }, "held")
	for range 3 {
		put(t, p, Rule{ID: "cut", Kind: Partition, Direction: Egress})
		put(t, p, Rule{ID: "cut", Kind: Partition})
	}
	silent(t, conn)
	require.EqualValues(t, 4, stats(t, p, "cut").Bytes)
}

// TestBandwidthCountsOnlyWhatWaits: a limit above the traffic has no effect, and
// must not claim one.
func TestBandwidthCountsOnlyWhatWaits(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	put(t, p, Rule{ID: "wide", Kind: Bandwidth, Rate: 1e9})
	conn := dial(t, p.Addr())
	require.Equal(t, "hello", roundTrip(t, conn, "hello"))
	require.Zero(t, stats(t, p, "wide"))
	put(t, p, Rule{ID: "thin", Kind: Bandwidth, Rate: 8000, Buffer: 5, Direction: Egress})
	require.Equal(t, "hello", roundTrip(t, conn, "hello"))
	require.Zero(t, stats(t, p, "thin"), "within the burst")
	require.Equal(t, "again", roundTrip(t, conn, "again"))
	require.Positive(t, stats(t, p, "thin").Bytes)
}

func TestRulesWithoutTrafficHaveNoEvidence(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	require.Equal(t, "x", roundTrip(t, dial(t, p.Addr()), "x"), "a connection that idles")
	put(t, p, Rule{ID: "a", Kind: Delay, Latency: time.Second})
	put(t, p, Rule{ID: "b", Kind: Bandwidth, Rate: 8})
	put(t, p, Rule{ID: "c", Kind: HTTPAbort, Percent: 100})
	put(t, p, Rule{ID: "d", Kind: Partition})
	for _, s := range p.Status() {
		require.Zero(t, s.Stats, s.Rule.ID)
	}
}

// TestResetDoesNotCountWhatHadEnded: a session is known for a moment after it has
// come to its own end.
func TestResetDoesNotCountWhatHadEnded(t *testing.T) {
	address := serve(t, echo)
	p := startProxy(t, address)
	s := newSession(p, dial(t, address), 0)
	s.close()
	evidence := new(tally)
	s.enforceResets(newRuleSet([]*activeRule{newActiveRule(Rule{Kind: Reset, Probability: 1}, evidence)}))
	require.Zero(t, evidence.read())
}

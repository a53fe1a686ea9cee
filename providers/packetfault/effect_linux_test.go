package packetfault_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/packetfault"
)

const patience = 500 * time.Millisecond

func only(d firewall.Direction, peer netip.Addr) firewall.Scope {
	return firewall.Scope{Direction: d, Peers: []netip.Prefix{netip.PrefixFrom(peer, peer.BitLen())}}
}

// directions runs a test for what comes in and for what goes out, on both families.
func directions(t *testing.T, test func(*testing.T, firewall.Direction, netip.Addr, *udp)) {
	t.Helper()
	peer := netnstest.NewPeer(t, 0)
	for _, d := range []firewall.Direction{firewall.Ingress, firewall.Egress} {
		t.Run(string(d), func(t *testing.T) { test(t, d, peer.There, newUDP(t, peer, peer.Here, peer.There)) })
		t.Run(string(d)+"6", func(t *testing.T) { test(t, d, peer.Away6, newUDP(t, peer, peer.Here6, peer.Away6)) })
	}
}

func TestDelay(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		const latency, count = 50 * time.Millisecond, 200
		r := start(t, packetfault.Spec{Scope: only(d, peer), Delay: &packetfault.Delay{Latency: latency}})
		got := u.send(t, d, count, 100, time.Millisecond, patience)
		require.Len(t, got, count)
		for i, a := range got {
			assert.GreaterOrEqual(t, a.took, latency)
			assert.EqualValues(t, i, a.number, "in order")
		}
		t.Logf("median %s, p99 %s", median(got), quantile(got, 0.99))
		stats := r.Stats()
		assert.EqualValues(t, count, stats.Delayed)
		assert.GreaterOrEqual(t, stats.TimeHeld, count*latency)
		assert.EqualValues(t, count, stats.Matched.Total().Packets)
		assert.Empty(t, stats.Error)
	})
}

func TestJitter(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		start(t, packetfault.Spec{Scope: only(d, peer), Delay: &packetfault.Delay{Latency: 60 * time.Millisecond, Jitter: 40 * time.Millisecond}})
		got := u.send(t, d, 300, 100, time.Millisecond, patience)
		require.Len(t, got, 300)
		assert.GreaterOrEqual(t, quantile(got, 0), 20*time.Millisecond)
		assert.Less(t, quantile(got, 0), 50*time.Millisecond, "300 draws, one in 4 of which is below")
		assert.Greater(t, quantile(got, 1), 70*time.Millisecond)
	})
}

// TestLoss uses an interval of six standard deviations.
func TestLoss(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		for _, percent := range []float64{1, 10, 50} {
			const count = 2000
			r := start(t, packetfault.Spec{Scope: only(d, peer), Seed: 1, Loss: &packetfault.Share{Percent: percent}})
			got := u.send(t, d, count, 100, 50*time.Microsecond, patience)
			share := percent / 100
			assert.InDelta(t, count*share, count-len(got), 6*math.Sqrt(count*share*(1-share)))
			assert.EqualValues(t, count-len(got), r.Stats().Dropped)
			require.NoError(t, r.Close())
		}
	})
}

func TestCorrupt(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		r := start(t, packetfault.Spec{Scope: only(d, peer), Corrupt: &packetfault.Share{Percent: 100}})
		got := u.send(t, d, 100, 100, time.Millisecond, patience)
		assert.Empty(t, got, "a damaged packet fails its checksum")
		assert.EqualValues(t, 100, r.Stats().Corrupted)
	})
}

func TestDuplicate(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		r := start(t, packetfault.Spec{Scope: only(d, peer), Duplicate: &packetfault.Share{Percent: 100}})
		got := u.send(t, d, 100, 100, time.Millisecond, patience)
		assert.Len(t, got, 200)
		assert.Equal(t, 100, distinct(got))
		assert.EqualValues(t, 100, r.Stats().Duplicated)
		assert.EqualValues(t, 100, r.Stats().Seen, "copies are not duplicated again")
	})
}

func TestReorder(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		r := start(t, packetfault.Spec{Scope: only(d, peer), Delay: &packetfault.Delay{Latency: 50 * time.Millisecond, ReorderPercent: 100, Gap: 5}})
		got := u.send(t, d, 100, 100, time.Millisecond, patience)
		require.Len(t, got, 100)
		assert.EqualValues(t, 4, got[0].number, "the fifth passes ahead")
		assert.EqualValues(t, 20, r.Stats().Reordered)
	})
}

func TestBandwidth(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		const rate, buffer, count, length = 4_000_000, 5000, 300, 1000
		r := start(t, packetfault.Spec{Scope: only(d, peer), Bandwidth: &packetfault.Bandwidth{Rate: rate, Buffer: buffer, Limit: 1 << 20}})
		began := time.Now()
		got := u.send(t, d, count, length, 0, patience)
		require.Len(t, got, count)
		took := got[count-1].at.Sub(began)
		least := time.Duration(float64(count*(length+28)-buffer) * 8 / rate * float64(time.Second))
		assert.GreaterOrEqual(t, took, least)
		t.Logf("took %s, at least %s", took, least)
		assert.Zero(t, r.Stats().Dropped)
	})
}

func TestPartition(t *testing.T) {
	directions(t, func(t *testing.T, d firewall.Direction, peer netip.Addr, u *udp) {
		t.Helper()
		r := start(t, packetfault.Spec{Scope: only(d, peer), Partition: true})
		assert.Empty(t, u.send(t, d, 20, 100, time.Millisecond, patience))
		assert.EqualValues(t, 20, r.Stats().Dropped)
		require.NoError(t, r.Close())
		assert.EqualValues(t, 20, r.Stats().Dropped, "the evidence stays")
		assert.Len(t, u.send(t, d, 20, 100, time.Millisecond, patience), 20)
	})
}

func TestBystandersPassBesideAPartition(t *testing.T) {
	peer, bystander := netnstest.NewPeer(t, 0), netnstest.NewPeer(t, 1)
	start(t, packetfault.Spec{Scope: only(firewall.Both, peer.There), Loss: &packetfault.Share{Percent: 100}})
	for _, u := range []*udp{newUDP(t, bystander, bystander.Here, bystander.There), newUDP(t, peer, peer.Here6, peer.Away6)} {
		assert.Len(t, u.send(t, firewall.Egress, 100, 100, 0, patience), 100)
		assert.Len(t, u.send(t, firewall.Ingress, 100, 100, 0, patience), 100)
	}
}

func TestFaultsCompose(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	delay := packetfault.Spec{Scope: only(firewall.Both, peer.There), Delay: &packetfault.Delay{Latency: 30 * time.Millisecond}}
	t.Run("both", func(t *testing.T) {
		start(t, delay)
		t.Run("second", func(t *testing.T) {
			start(t, delay)
			got := u.send(t, firewall.Egress, 50, 100, time.Millisecond, patience)
			require.Len(t, got, 50)
			assert.GreaterOrEqual(t, quantile(got, 0), 60*time.Millisecond)
		})
		infos, err := firewall.List()
		require.NoError(t, err)
		require.Len(t, infos, 2)
		assert.Zero(t, infos[1].Left, "without effect, but there: what the first holds is kept")
		got := u.send(t, firewall.Egress, 50, 100, time.Millisecond, patience)
		assert.Less(t, quantile(got, 0), 60*time.Millisecond, "the fastest of 50")
	})
	infos, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos, "the last one to end removes what others left")
}

func TestCloseLetsHeldPacketsGo(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	r := start(t, packetfault.Spec{Scope: only(firewall.Egress, peer.There), Delay: &packetfault.Delay{Latency: time.Hour}, Limit: 5})
	got := u.send(t, firewall.Egress, 8, 100, 0, patience)
	assert.Len(t, got, 3, "what finds no room is not delayed, and not lost")
	assert.Equal(t, 5, r.Stats().Held)
	assert.EqualValues(t, 3, r.Stats().Passed)
	assert.Zero(t, r.Stats().Dropped)
	require.NoError(t, r.Close())
	assert.Len(t, u.send(t, firewall.Egress, 1, 100, 0, patience), 6)
}

// TestDelayLosesNothing at a pace at which more than netem's 1,000 packets wait. What the agent cannot keep up with passes.
func TestDelayLosesNothing(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	r := start(t, packetfault.Spec{Scope: only(firewall.Ingress, peer.There), Delay: &packetfault.Delay{Latency: time.Hour}})
	const count = 3000
	passed := len(u.send(t, firewall.Ingress, count, 100, 50*time.Microsecond, patience))
	stats := r.Stats()
	assert.Zero(t, stats.Dropped)
	assert.Zero(t, stats.Passed, "there is room")
	assert.Equal(t, count-passed, stats.Held)
	assert.Greater(t, stats.Held, 1000)
	require.NoError(t, r.Close())
	assert.Len(t, u.send(t, firewall.Ingress, 1, 100, 0, patience), stats.Held+1)
}

// TestFullBandwidthDrops at a rate at which nothing leaves while the test lasts.
func TestFullBandwidthDrops(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	r := start(t, packetfault.Spec{
		Scope: only(firewall.Ingress, peer.There), Bandwidth: &packetfault.Bandwidth{Rate: 1, Buffer: 1500}, Limit: 5,
	})
	assert.Len(t, u.send(t, firewall.Ingress, 20, 972, 0, patience), 1, "what the bucket gives at once")
	assert.Equal(t, 5, r.Stats().Held)
	assert.EqualValues(t, 14, r.Stats().Dropped)
	assert.Zero(t, r.Stats().Passed)
}

func TestBandwidthLetsJumboPacketsPass(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	r := start(t, packetfault.Spec{Scope: only(firewall.Both, peer.There), Bandwidth: &packetfault.Bandwidth{Rate: 1_000_000}})
	for _, d := range []firewall.Direction{firewall.Ingress, firewall.Egress} {
		assert.Len(t, u.send(t, d, 5, 8000, 0, patience), 5)
	}
	assert.Zero(t, r.Stats().Dropped)
}

func TestDeadlineEndsIt(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	u := newUDP(t, peer, peer.Here, peer.There)
	r := start(t, packetfault.Spec{
		Scope: only(firewall.Egress, peer.There), Loss: &packetfault.Share{Percent: 100}, Deadline: time.Now().Add(time.Second),
	})
	assert.Empty(t, u.send(t, firewall.Egress, 5, 100, 0, 100*time.Millisecond))
	assert.Eventually(t, func() bool {
		return len(u.send(t, firewall.Egress, 5, 100, 0, 100*time.Millisecond)) == 5
	}, 20*time.Second, time.Millisecond)
	assert.Zero(t, r.Stats().Held)
	infos, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, infos)
}

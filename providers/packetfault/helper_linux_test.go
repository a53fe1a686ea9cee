package packetfault_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
	"github.com/gameday-dev/gameday/providers/packetfault"
)

const long = time.Minute

func start(tb testing.TB, s packetfault.Spec) *packetfault.Running {
	tb.Helper()
	s.ID = strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(tb.Name()))
	s.ID = s.ID[:min(len(s.ID), 60)]
	if s.Deadline.IsZero() {
		s.Deadline = time.Now().Add(long)
	}
	running, err := packetfault.Start(context.Background(), s)
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, running.Close()) })
	return running
}

// udp is two UDP sockets, one on each side.
type udp struct{ here, there *net.UDPConn }

func newUDP(tb testing.TB, peer *netnstest.Peer, here, there netip.Addr) *udp {
	tb.Helper()
	u := &udp{}
	var err error
	u.here, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(here, 0)))
	require.NoError(tb, err)
	peer.Do(tb, func() (err error) {
		u.there, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(there, 0)))
		return err
	})
	tb.Cleanup(func() { _ = u.here.Close(); _ = u.there.Close() })
	for _, conn := range []*net.UDPConn{u.here, u.there} {
		require.NoError(tb, conn.SetReadBuffer(4<<20))
	}
	return u
}

func address(conn *net.UDPConn) netip.AddrPort { return conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// ends gives the sending and the receiving end for a direction, as the test's namespace sees it.
func (u *udp) ends(d firewall.Direction) (from, to *net.UDPConn) {
	if d == firewall.Ingress {
		return u.there, u.here
	}
	return u.here, u.there
}

// arrival is a packet that was received.
type arrival struct {
	number uint64
	took   time.Duration
	at     time.Time
	length int
}

// send sends numbered packets at a pace and collects what comes until nothing does for a while.
func (u *udp) send(tb testing.TB, d firewall.Direction, count, length int, every, patience time.Duration) []arrival {
	tb.Helper()
	from, to := u.ends(d)
	began := time.Now()
	done := make(chan []arrival, 1)
	sent := make(chan struct{})
	go func() { done <- collect(to, began, sent, patience) }()
	packet := make([]byte, length)
	target := address(to)
	ticker := time.NewTicker(max(every, 1))
	defer ticker.Stop()
	for i := range count {
		binary.BigEndian.PutUint64(packet, uint64(i))
		binary.BigEndian.PutUint64(packet[8:], uint64(time.Since(began)))
		_, err := from.WriteToUDPAddrPort(packet, target)
		assert.NoError(tb, err, "senders are told nothing, not even of a partition")
		if every > 0 {
			<-ticker.C
		}
	}
	close(sent)
	return <-done
}

func collect(conn *net.UDPConn, began time.Time, sent <-chan struct{}, patience time.Duration) []arrival {
	var all []arrival
	buffer := make([]byte, 1<<16)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		n, err := conn.Read(buffer)
		now := time.Now()
		if err != nil {
			select {
			case <-sent:
				return all
			default:
				continue
			}
		}
		stamp := time.Duration(binary.BigEndian.Uint64(buffer[8:]))
		all = append(all, arrival{number: binary.BigEndian.Uint64(buffer), took: now.Sub(began) - stamp, at: now, length: n})
	}
}

func median(all []arrival) time.Duration { return quantile(all, 0.5) }

func quantile(all []arrival, q float64) time.Duration {
	var took []time.Duration
	for _, a := range all {
		took = append(took, a.took)
	}
	slices.Sort(took)
	return took[int(float64(len(took)-1)*q)]
}

func distinct(all []arrival) int {
	seen := map[uint64]bool{}
	for _, a := range all {
		seen[a.number] = true
	}
	return len(seen)
}

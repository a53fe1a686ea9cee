package firewall

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ti-mo/conntrack"
	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// An answer that is under way makes its flow known again when it arrives. So the kernel
// is asked several times; a client that always waits for one is led elsewhere later.
const (
	forgetRounds = 10
	forgetPause  = 50 * time.Millisecond
)

// Forget makes the kernel forget the flows over UDP to a port of the peers, in the
// network namespace of the calling thread, but for those that are led to a port of this
// namespace already. A redirect is decided at a flow's first packet: without this, a
// client that asks from one port again and again would never be led there, nor
// one that happens to take a port that another took half a minute ago.
func Forget(ctx context.Context, peers []netip.Prefix, port, led uint16) error {
	conn, err := conntrack.Dial(nil)
	if err != nil {
		return fmt.Errorf("forget flows to port %d: open netlink: %w", port, err)
	}
	defer func() { _ = conn.Close() }()
	for range forgetRounds {
		n, err := forget(conn, func(f *conntrack.Flow) bool { return flowsTo(f, peers, port) && f.TupleReply.Proto.SourcePort != led })
		if err != nil {
			return fmt.Errorf("forget flows to port %d: %w", port, explain(err))
		}
		if n == 0 {
			return nil
		}
		if !pause.For(ctx, forgetPause) {
			return context.Cause(ctx)
		}
	}
	return nil
}

// forget returns how many flows it deleted.
func forget(conn *conntrack.Conn, meant func(*conntrack.Flow) bool) (n int, err error) {
	flows, err := conn.Dump(nil)
	if err != nil {
		return 0, err
	}
	for i := range flows {
		if !meant(&flows[i]) {
			continue
		}
		if err := conn.Delete(flows[i]); err != nil && !errors.Is(err, unix.ENOENT) { // it may have ended meanwhile
			return n, err
		}
		n++
	}
	return n, nil
}

// flowsTo also means flows that an answer made known, the other way round.
func flowsTo(f *conntrack.Flow, peers []netip.Prefix, port uint16) bool {
	to := f.TupleOrig
	if to.Proto.Protocol != unix.IPPROTO_UDP {
		return false
	}
	is := func(a netip.Addr, at uint16) bool {
		return at == port && slices.ContainsFunc(peers, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return is(to.IP.DestinationAddress, to.Proto.DestinationPort) || is(to.IP.SourceAddress, to.Proto.SourcePort)
}

package dnsfault

import (
	"net/netip"
	"syscall"
)

// Flow is what a client sent, as it arrived behind the redirect.
type Flow struct {
	Network string         // "udp" or "tcp"
	Client  netip.AddrPort // who sent it
	Local   netip.AddrPort // the forwarder's own address, where the redirect led
	Conn    syscall.Conn   // the accepted connection, or the listening UDP socket
}

// Origin finds the resolver that a flow was sent to before it was redirected. When
// it reports false, or the forwarder itself, Spec.Upstreams are asked in order.
type Origin func(Flow) (netip.AddrPort, bool)

// KernelOrigin asks the kernel for TCP (SO_ORIGINAL_DST of
// linux/netfilter_ipv4.h), and does not know for UDP.
//
// A UDP socket has no such option: REDIRECT rewrites the datagram before any socket
// sees it, so IP_RECVORIGDSTADDR has the rewritten address; TPROXY, which would not
// rewrite, takes no packets that the pod itself sends. Only conntrack knows, for a
// round trip over netlink with CAP_NET_ADMIN on every question. That seldom pays: a
// pod has one resolver as a rule, and those of resolv.conf answer alike. So redirect
// only what goes to Spec.Upstreams ("ip daddr @resolvers"), and what goes to any
// other resolver is left alone; or set Spec.Origin to what asks conntrack.
func KernelOrigin(f Flow) (netip.AddrPort, bool) {
	if f.Network != "tcp" {
		return netip.AddrPort{}, false
	}
	return originalDestination(f.Conn, f.Local.Addr().Is4())
}

// meant are the resolvers to ask for a flow.
func (r *Running) meant(f Flow) []netip.AddrPort {
	origin, known := r.spec.Origin(f)
	origin = netip.AddrPortFrom(origin.Addr().Unmap(), origin.Port())
	if !known || !origin.IsValid() || r.own(origin) {
		return r.resolvers
	}
	return []netip.AddrPort{origin}
}

// own keeps a forwarder that is reached without a redirect from asking itself.
func (r *Running) own(addr netip.AddrPort) bool {
	return addr.Addr().IsLoopback() && addr.Port() == r.port
}

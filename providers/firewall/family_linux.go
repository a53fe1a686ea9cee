package firewall

import (
	"net/netip"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// family is what differs between IPv4 and IPv6.
type family struct {
	table     nftables.TableFamily
	address   nftables.SetDatatype
	source    uint32 // offset of the source address in the network header (RFC 791, RFC 8200)
	icmp      byte   // the protocol number of ICMP
	everybody netip.Prefix
	loopback  []byte // how the addresses begin to which a redirect leads what goes out
}

// families lists the address families, one table of a fault each.
func families() []family {
	return []family{
		{
			table: nftables.TableFamilyIPv4, address: nftables.TypeIPAddr, source: 12,
			icmp: unix.IPPROTO_ICMP, everybody: netip.PrefixFrom(netip.IPv4Unspecified(), 0), loopback: []byte{127},
		},
		{
			table: nftables.TableFamilyIPv6, address: nftables.TypeIP6Addr, source: 8,
			icmp: unix.IPPROTO_ICMPV6, everybody: netip.PrefixFrom(netip.IPv6Unspecified(), 0), loopback: netip.IPv6Loopback().AsSlice(),
		},
	}
}

// addressOffset is where a packet's peer stands: what comes in has it as source.
func (f family) addressOffset(d Direction) uint32 {
	if d == Ingress {
		return f.source
	}
	return f.source + f.address.Bytes
}

// protocols lists the numbers of the protocols that a scope means; none is all.
func (f family) protocols(s Scope) []byte {
	switch {
	case s.Protocol == TCP:
		return []byte{unix.IPPROTO_TCP}
	case s.Protocol == UDP:
		return []byte{unix.IPPROTO_UDP}
	case s.Protocol == ICMP:
		return []byte{f.icmp}
	case s.hasPorts():
		return []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP}
	default:
		return nil
	}
}

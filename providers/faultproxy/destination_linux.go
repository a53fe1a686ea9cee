package faultproxy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// OriginalDestination is the address and port that a connection had before an
// nftables or iptables REDIRECT or DNAT led it here: what the kernel's connection
// tracking remembers (SO_ORIGINAL_DST of linux/netfilter_ipv4.h, IPv4 and IPv6). One
// that was not redirected, or is not tracked, has the address it was made to, also
// where a rule of tproxy gave it to another socket.
func OriginalDestination(conn *net.TCPConn) (netip.AddrPort, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("original destination: %w", err)
	}
	ask := original6
	if addrPort(conn.LocalAddr()).Addr().Is4() {
		ask = original4
	}
	var to netip.AddrPort
	var failed error
	if err := raw.Control(func(fd uintptr) { to, failed = ask(int(fd)) }); err != nil {
		return netip.AddrPort{}, fmt.Errorf("original destination: %w", err)
	}
	if errors.Is(failed, unix.ENOENT) || errors.Is(failed, unix.ENOPROTOOPT) { // nobody translates its address
		return addrPort(conn.LocalAddr()), nil
	}
	if failed != nil {
		return netip.AddrPort{}, fmt.Errorf("original destination: getsockopt SO_ORIGINAL_DST: %w", failed)
	}
	return to, nil
}

// original4 reads a sockaddr_in (family, port, address) as the larger structure
// that package unix has a function for.
func original4(fd int) (netip.AddrPort, error) {
	got, err := unix.GetsockoptIPv6Mreq(fd, unix.SOL_IP, unix.SO_ORIGINAL_DST)
	if err != nil {
		return netip.AddrPort{}, err
	}
	raw := got.Multiaddr[:]
	address := netip.AddrFrom4([4]byte(raw[4:8]))
	return netip.AddrPortFrom(address, binary.BigEndian.Uint16(raw[2:])), nil
}

// original6 reads a sockaddr_in6, with which an IPv6MTUInfo begins.
func original6(fd int) (netip.AddrPort, error) {
	got, err := unix.GetsockoptIPv6MTUInfo(fd, unix.SOL_IPV6, unix.SO_ORIGINAL_DST)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port := binary.NativeEndian.AppendUint16(nil, got.Addr.Port) // in network order
	return netip.AddrPortFrom(netip.AddrFrom16(got.Addr.Addr), binary.BigEndian.Uint16(port)), nil
}

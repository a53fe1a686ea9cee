package dnsfault

import (
	"encoding/binary"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// ip6SoOriginalDst is IP6T_SO_ORIGINAL_DST of linux/netfilter_ipv6/ip6_tables.h.
const ip6SoOriginalDst = 80

// originalDestination is where a redirected connection was to go.
func originalDestination(conn syscall.Conn, v4 bool) (netip.AddrPort, bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return netip.AddrPort{}, false
	}
	var origin netip.AddrPort
	var failed error
	read := readOrigin6
	if v4 {
		read = readOrigin4
	}
	err = raw.Control(func(fd uintptr) { origin, failed = read(int(fd)) })
	return origin, err == nil && failed == nil
}

// readOrigin4 borrows the one function of unix that returns enough bytes for a
// sockaddr_in: family, port and address, the latter in network order.
func readOrigin4(fd int) (netip.AddrPort, error) {
	got, err := unix.GetsockoptIPv6Mreq(fd, unix.SOL_IP, unix.SO_ORIGINAL_DST)
	if err != nil {
		return netip.AddrPort{}, err
	}
	b := got.Multiaddr
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), binary.BigEndian.Uint16(b[2:])), nil
}

// readOrigin6 likewise, for a sockaddr_in6.
func readOrigin6(fd int) (netip.AddrPort, error) {
	got, err := unix.GetsockoptIPv6MTUInfo(fd, unix.SOL_IPV6, ip6SoOriginalDst)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port := make([]byte, 2)
	binary.NativeEndian.PutUint16(port, got.Addr.Port)
	return netip.AddrPortFrom(netip.AddrFrom16(got.Addr.Addr), binary.BigEndian.Uint16(port)), nil
}

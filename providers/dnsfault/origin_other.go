//go:build !linux

package dnsfault

import (
	"net/netip"
	"syscall"
)

func originalDestination(syscall.Conn, bool) (netip.AddrPort, bool) { return netip.AddrPort{}, false }

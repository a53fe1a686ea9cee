//go:build !linux

package faultproxy

import (
	"errors"
	"net"
	"net/netip"
)

// OriginalDestination is there on Linux only.
func OriginalDestination(*net.TCPConn) (netip.AddrPort, error) {
	return netip.AddrPort{}, errors.New("original destination: expected Linux, whose connection tracking is asked")
}

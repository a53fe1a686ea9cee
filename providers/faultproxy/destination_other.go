//go:build !linux

package faultproxy

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// OriginalDestination is there on Linux only.
func OriginalDestination(*net.TCPConn) (netip.AddrPort, error) {
	return netip.AddrPort{}, errors.New("original destination: expected Linux, whose connection tracking is asked")
}

func marking(mark uint32) func(network, address string, c syscall.RawConn) error {
	if mark == 0 {
		return nil
	}
	return func(string, string, syscall.RawConn) error {
		return errors.New("mark a connection: expected Linux, which alone has packet marks")
	}
}

package faultproxy

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// transparently makes a socket transparent before it listens: for net.ListenConfig.
func transparently(network, _ string, conn syscall.RawConn) error {
	level, option := unix.SOL_IPV6, unix.IPV6_TRANSPARENT
	if network == "tcp4" {
		level, option = unix.SOL_IP, unix.IP_TRANSPARENT
	}
	var failed error
	err := conn.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), level, option, 1) })
	if failed != nil {
		failed = fmt.Errorf("make a socket transparent: %w: expected CAP_NET_ADMIN", failed)
	}
	return errors.Join(err, failed)
}

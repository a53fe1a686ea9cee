package sockmark

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Set marks a socket by its file descriptor. It needs CAP_NET_ADMIN.
func Set(fd int, mark uint32) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(mark)); err != nil {
		return fmt.Errorf("mark a socket with %#x: %w: expected CAP_NET_ADMIN", mark, err)
	}
	return nil
}

// Control marks each socket before its first packet: for net.Dialer and net.ListenConfig. With
// the mark 0 there is nothing to do, and it is nil.
func Control(mark uint32) func(network, address string, conn syscall.RawConn) error {
	if mark == 0 {
		return nil
	}
	return func(_, _ string, conn syscall.RawConn) error {
		var failed error
		err := conn.Control(func(fd uintptr) { failed = Set(int(fd), mark) })
		return errors.Join(err, failed)
	}
}

package dnsfault

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// marker sets SO_MARK on sockets to resolvers before their first packet.
func marker(mark uint32) func(network, address string, c syscall.RawConn) error {
	if mark == 0 {
		return nil
	}
	return func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, int(mark)) })
		if err == nil && failed != nil {
			err = fmt.Errorf("mark a socket with %#x: %w: expected CAP_NET_ADMIN", mark, failed)
		}
		return err
	}
}

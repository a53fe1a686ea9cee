package firewall

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Control marks a socket, so that no rule of gameday's matches its packets: for
// net.Dialer and net.ListenConfig. It needs CAP_NET_ADMIN.
func Control(_, _ string, conn syscall.RawConn) error {
	var failed error
	err := conn.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, Mark)
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("mark a socket: %w", err)
	}
	return nil
}

//go:build unix

package faultproxy

import (
	"errors"
	"fmt"
	"math"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// descriptorLimit is how many file descriptors the process may have; 0: unknown.
func descriptorLimit() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32)) //nolint:unconvert // it is signed on some systems
}

// setBacklog changes how many connections may wait to be accepted: listen(2) on a socket that
// listens already does nothing else.
func setBacklog(listener net.Listener, n int) error {
	socket, ok := listener.(syscall.Conn)
	if !ok {
		return fmt.Errorf("set backlog: expected a socket, found a %T", listener)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return fmt.Errorf("set backlog: %w", err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.Listen(int(fd), n) })
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("set backlog to %d: %w", n, err)
	}
	return nil
}

//go:build !linux

package sockmark

import (
	"errors"
	"fmt"
	"syscall"
)

// Control refuses to make sockets that cannot be marked. With the mark 0 it is nil.
func Control(mark uint32) func(network, address string, conn syscall.RawConn) error {
	if mark == 0 {
		return nil
	}
	return func(string, string, syscall.RawConn) error {
		return fmt.Errorf("mark a socket with %#x: %w: expected Linux", mark, errors.ErrUnsupported)
	}
}

//go:build !linux

package dnsfault

import (
	"errors"
	"fmt"
	"syscall"
)

func marker(mark uint32) func(network, address string, c syscall.RawConn) error {
	if mark == 0 {
		return nil
	}
	return func(string, string, syscall.RawConn) error {
		return fmt.Errorf("mark a socket with %#x: %w: expected Linux", mark, errors.ErrUnsupported)
	}
}

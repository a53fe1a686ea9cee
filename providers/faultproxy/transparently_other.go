//go:build !linux

package faultproxy

import (
	"errors"
	"fmt"
	"syscall"
)

func transparently(string, string, syscall.RawConn) error {
	return fmt.Errorf("make a socket transparent: %w: expected Linux", errors.ErrUnsupported)
}

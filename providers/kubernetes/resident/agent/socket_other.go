//go:build !linux

package agent

import (
	"errors"
	"net"
)

func address(name string) *net.UnixAddr { return &net.UnixAddr{Name: "@gameday/" + name, Net: "unix"} }

// isOurs knows nobody: pods run on Linux.
func isOurs(*net.UnixConn) error { return errors.ErrUnsupported }

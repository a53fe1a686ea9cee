//go:build !linux

package machine

import (
	"fmt"
	"io"
)

// HostMain says that nodes run Linux.
func HostMain(_ []string, stderr io.Writer) int {
	fmt.Fprintf(stderr, "%s works on Linux only\n", HostRole)
	return 2
}

// SignalMain says that nodes run Linux.
func SignalMain(_ []string, stderr io.Writer) int {
	fmt.Fprintf(stderr, "%s works on Linux only\n", SignalRole)
	return 2
}

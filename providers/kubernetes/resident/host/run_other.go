//go:build !linux

package host

import (
	"context"
	"errors"
	"io"
	"net"
)

// Run returns errors.ErrUnsupported: pods run on Linux.
func Run(context.Context, Spec, *net.UnixListener, io.Writer) (int, error) {
	return 0, errors.ErrUnsupported
}

package supervisor

import (
	"errors"
	"runtime"
)

// ErrUnsupported says that this system cannot run a supervisor.
var ErrUnsupported = errors.New("the local provider needs Linux: it finds, owns and ends processes by /proc, pidfds and parent-death signals, which " +
	runtime.GOOS + " does not have; validate and plan work here, apply in a Linux machine or container")

// Supported is nil where a supervisor can run, and ErrUnsupported elsewhere.
func Supported() error {
	if runtime.GOOS != "linux" {
		return ErrUnsupported
	}
	return nil
}

//go:build !linux

package procfs

import (
	"errors"
	"fmt"
	"syscall"
)

// Signal fails: without pidfds, a signal might reach another process that has
// got the same id meanwhile.
func (id Identity) Signal(syscall.Signal) error {
	return fmt.Errorf("signal process %d: %w", id.PID, errors.ErrUnsupported)
}

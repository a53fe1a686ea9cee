package procfs

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Signal sends a signal to this very process and no other: it is held by a
// descriptor before it is identified, so its id cannot change hands between. A
// process that is gone is ErrGone.
func (id Identity) Signal(signal syscall.Signal) error {
	fd, err := unix.PidfdOpen(id.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	if err != nil {
		return fmt.Errorf("open process %d: %w", id.PID, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if _, err := id.Stat(); err != nil {
		return err
	}
	err = unix.PidfdSendSignal(fd, signal, nil, 0)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return err
}

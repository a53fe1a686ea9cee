package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Grace is how long after its deadline a worker may still be there: the kernel
// kills it then.
const Grace = 250 * time.Millisecond

// ErrLate says that a deadline has passed before anything began.
var ErrLate = errors.New("the deadline has passed")

// InTime is ErrLate unless the deadline is still to come.
func InTime(deadline time.Time) error {
	if late := time.Since(deadline); late >= 0 {
		return fmt.Errorf("%w %s ago: expected one that is still to come", ErrLate, late.Round(time.Millisecond))
	}
	return nil
}

// Work is what a worker does until its context is done, at the deadline. It calls
// ready once its effect is in place.
type Work func(ctx context.Context, ready func() error) error

// Run does the work until it fails or the deadline has come, which is no error.
// The process must end when Run returns: the work may still go on.
func Run(deadline time.Time, work Work) error {
	if err := KillAt(deadline.Add(Grace)); err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- work(ctx, ready) }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
}

// ready tells whoever waits in Start.
func ready() error {
	_, err := os.Stdout.WriteString(readyLine)
	return err
}

// signalEvent is struct sigevent of include/uapi/asm-generic/siginfo.h, which has
// 64 bytes.
type signalEvent struct {
	value  uintptr
	signal int32
	notify int32
	_      [64 - 8 - unsafe.Sizeof(uintptr(0))]byte
}

// KillAt lets the kernel send SIGKILL to this process at a time of the wall clock.
// The timer is not inherited by children.
func KillAt(at time.Time) error {
	event := signalEvent{signal: int32(unix.SIGKILL), notify: 0} // SIGEV_SIGNAL
	var timer int32
	_, _, errno := unix.Syscall(unix.SYS_TIMER_CREATE, unix.CLOCK_REALTIME, uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&timer)))
	if errno != 0 {
		return fmt.Errorf("make a kernel timer for the deadline: %w", errno)
	}
	var when unix.ItimerSpec
	when.Value = unix.NsecToTimespec(max(at.UnixNano(), 1)) // zero would disarm it
	_, _, errno = unix.Syscall6(unix.SYS_TIMER_SETTIME, uintptr(timer), unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(&when)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("set the kernel timer to the deadline: %w", errno)
	}
	return nil
}

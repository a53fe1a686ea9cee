//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package exec

import (
	"errors"

	"golang.org/x/sys/unix"
)

// awaitEnd blocks until a child has ended, and leaves it to be waited for. There
// is no waitid with WNOWAIT here, but the kernel's event queue tells of an end
// without collecting it. A child that has ended already cannot be watched any
// more, so an error, too, means that there is nothing to wait for.
func awaitEnd(pid int) {
	queue, err := unix.Kqueue()
	if err != nil {
		return
	}
	defer func() { _ = unix.Close(queue) }()
	watch := make([]unix.Kevent_t, 1)
	unix.SetKevent(&watch[0], pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	watch[0].Fflags = unix.NOTE_EXIT
	for {
		_, err := unix.Kevent(queue, watch, make([]unix.Kevent_t, 1), nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

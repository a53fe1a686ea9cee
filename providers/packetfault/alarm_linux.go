package packetfault

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// alarm is a timerfd. The runtime's own timers wait in epoll, which counts in whole
// milliseconds; this one is exact to the kernel's high-resolution timers, and costs nothing while
// it is not set.
type alarm struct{ file *os.File }

func newAlarm() (*alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	return &alarm{file: os.NewFile(uintptr(fd), "timerfd")}, nil
}

// set makes wait return after a duration.
func (a *alarm) set(after time.Duration) error {
	raw, err := a.file.SyscallConn()
	if err != nil {
		return err
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(after, 1)))} // zero would switch it off
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.TimerfdSettime(int(fd), 0, &spec, nil) }); err != nil {
		return err
	}
	return failed
}

// wait returns when the alarm rings, or an error when it is closed.
func (a *alarm) wait() error {
	var expirations [8]byte
	_, err := a.file.Read(expirations[:])
	return err
}

func (a *alarm) close() error {
	if a == nil {
		return nil
	}
	return a.file.Close()
}

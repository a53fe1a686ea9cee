package procfs

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Identity names one process for as long as the machine runs. A process id alone
// does not: ids are used again.
type Identity struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // ticks after boot
}

// String is "pid:start", the UID of process targets.
func (id Identity) String() string { return fmt.Sprintf("%d:%d", id.PID, id.Start) }

// ParseIdentity reads the text form of an identity.
func ParseIdentity(text string) (Identity, error) {
	pidText, startText, _ := strings.Cut(text, ":")
	pid, err := strconv.Atoi(pidText)
	start, err2 := strconv.ParseUint(startText, 10, 64)
	if err != nil || err2 != nil || pid <= 0 {
		return Identity{}, fmt.Errorf("%q is not a process identity: expected PID:START, such as \"4711:90210\"", text)
	}
	return Identity{PID: pid, Start: start}, nil
}

// Stat reads the process, or returns ErrGone when it is no more, waits to be
// reaped, or another process has its id now.
func (id Identity) Stat() (Stat, error) {
	stat, err := Read(id.PID)
	if err != nil {
		return Stat{}, err
	}
	if stat.Start != id.Start || stat.Gone() {
		return Stat{}, ErrGone
	}
	return stat, nil
}

// Alive reports whether the process is there and not a zombie.
func (id Identity) Alive() bool {
	_, err := id.Stat()
	return err == nil
}

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
	defer unix.Close(fd)
	if _, err := id.Stat(); err != nil {
		return err
	}
	err = unix.PidfdSendSignal(fd, signal, nil, 0)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return err
}

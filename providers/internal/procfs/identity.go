package procfs

import (
	"fmt"
	"strconv"
	"strings"
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
